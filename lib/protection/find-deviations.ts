import { DEFENDER } from "../defender";
import { type JsonObject, objectOf } from "../json";
import { text } from "../text/safe-text";
import { byName, differences, elementsOf } from "./compare";
import { containerDeviations, waitsForHealth } from "./container";
import { type Deviation, WHOLE_CONTAINER } from "./deviation";
import type { Expectation } from "./expectation";
import { sidecarDeviations } from "./sidecar";

/**
 * Lists every difference of `answer` from `sent` plus its protection, as the README defines it;
 * none means protected. Both must have no nulls or empty lists; key order doesn't matter.
 */
export function findDeviations(sent: JsonObject, answer: JsonObject, expectation: Expectation): readonly Deviation[] {
  const originals = byName(elementsOf(sent.containerDefinitions));
  const found = byName(elementsOf(answer.containerDefinitions));
  const logs = [...originals.values()].flatMap(([original]) => original.logConfiguration ?? []);
  const isWaitedFor = [...originals.keys()].some((name) => found.get(name)?.some(waitsForHealth));
  const ofContainer = (name: string) =>
    ifOnce(found.get(name), (container) => {
      const [original] = originals.get(name) ?? [];
      return original
        ? containerDeviations(container, expectation, original)
        : sidecarDeviations(container, expectation, isWaitedFor, logs);
    });
  const names = [...originals.keys(), DEFENDER];
  return [
    ...differences(sent, answer, ["containerDefinitions"]),
    ...names.flatMap((name) => ofContainer(name).map((deviation) => ({ container: name, ...deviation }))),
    ...strangers(answer, new Set(names)),
  ];
}

/** Checks the only container of a name. One that is missing or repeated is a deviation. */
export function ifOnce(
  [container, ...repeated]: readonly JsonObject[] = [],
  check: (container: JsonObject) => readonly Deviation[],
): readonly Deviation[] {
  if (container && repeated.length === 0) return check(container);
  return [{ field: WHOLE_CONTAINER, expected: text`one`, got: container ? text`${repeated.length + 1}` : text`none` }];
}

function strangers({ containerDefinitions }: JsonObject, names: ReadonlySet<string>): readonly Deviation[] {
  return elementsOf(containerDefinitions)
    .map((container) => objectOf(container).name)
    .filter((name) => typeof name !== "string" || !names.has(name))
    .map((name) => ({
      container: name === undefined ? "none" : JSON.stringify(name),
      field: WHOLE_CONTAINER,
      expected: text`none`,
      got: text`one`,
    }));
}
