import type { JsonObject } from "../json";
import { containerDeviations } from "./container";
import { type Deviation, differences, listOf, type Request, show } from "./deviation";
import { DEFENDER } from "./names";
import { sidecarDeviations } from "./sidecar";

/**
 * Every way in which `answer` differs from `sent` plus its protection, as design and README define
 * it; none means protected. Both without nulls and empty lists; key order doesn't matter.
 */
export function findDeviations(sent: JsonObject, answer: JsonObject, request: Request): readonly Deviation[] {
  const taskLevel = differences(sent, answer, ["containerDefinitions"]);
  const wanted = containersOf(sent);
  const got = containersOf(answer);
  const applications = wanted.flatMap((container) => {
    const name = String(container.name);
    const [found, ...more] = got.filter((candidate) => candidate.name === name);
    if (found === undefined) return [{ container: name, field: "container", expected: "to be there", got: "none" }];
    if (more.length > 0) {
      return [{ container: name, field: "container", expected: "to be there once", got: `${more.length + 1} times` }];
    }
    return containerDeviations(container, found, request).map((deviation) => ({ container: name, ...deviation }));
  });
  const strangers = got
    .filter(({ name }) => name !== DEFENDER && !wanted.some((container) => container.name === name))
    .map(({ name }) => ({
      container: show(name ?? "without a name"),
      field: "container",
      expected: "none",
      got: "one",
    }));
  const sidecars = got.filter(({ name }) => name === DEFENDER);
  const logs = wanted.flatMap(({ logConfiguration }) => logConfiguration ?? []);
  const sidecar = sidecarDeviations(sidecars, logs, request).map((deviation) => ({
    container: DEFENDER,
    ...deviation,
  }));
  return [...taskLevel, ...applications, ...strangers, ...sidecar];
}

function containersOf(definition: JsonObject): readonly JsonObject[] {
  return listOf(definition.containerDefinitions);
}
