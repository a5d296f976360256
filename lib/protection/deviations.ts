import { DEFENDER } from "../defender";
import type { JsonObject } from "../json";
import { containerDeviations } from "./container";
import { type Deviation, differences, listOf, type Request, show } from "./deviation";
import { sidecarDeviations } from "./sidecar";

/**
 * Every way in which `answer` differs from `sent` plus its protection, as the README defines
 * it; none means protected. Both without nulls and empty lists; key order doesn't matter.
 */
export function findDeviations(sent: JsonObject, answer: JsonObject, request: Request): readonly Deviation[] {
  const wanted = listOf(sent.containerDefinitions);
  const got = listOf(answer.containerDefinitions);
  const names = [...wanted.map(({ name }) => String(name)), DEFENDER];
  const logs = wanted.flatMap(({ logConfiguration }) => logConfiguration ?? []);

  const container = (name: string): readonly Deviation[] => {
    const [found, ...more] = got.filter((candidate) => candidate.name === name);
    if (!found) return [{ field: "container", expected: "to be there", got: "none" }];
    if (more.length > 0) {
      return [{ field: "container", expected: "to be there once", got: `${more.length + 1} times` }];
    }
    const original = wanted.find((candidate) => candidate.name === name);
    return original ? containerDeviations(original, found, request) : sidecarDeviations(found, logs, request);
  };
  return [
    ...differences(sent, answer, ["containerDefinitions"]),
    ...names.flatMap((name) => container(name).map((deviation) => ({ container: name, ...deviation }))),
    ...got
      .filter(({ name }) => !names.includes(String(name)))
      .map(({ name }) => ({ container: show(name), field: "container", expected: "none", got: "one" })),
  ];
}
