import { quote, someOf, text } from "../text/safe-text";
import type { Draft, DraftContainer } from "./draft";
import { problem, type Step } from "./finding";
import { entriesAt, type Path } from "./json-path";

/** Checks that names are unique, and that references name something that exists. */
export function* checkReferences(draft: Draft): Step {
  const { containers, task } = draft;
  const { proxyConfiguration: proxy, tags = [], volumes = [] } = task.values;
  const volumeNames = volumes.map(({ name }) => name);
  const properties = proxy?.properties?.map(({ name }) => name) ?? [];
  yield* checkUnique("container", ["containerDefinitions"], containers.map(nameOf));
  yield* checkUnique("volume", ["volumes"], volumeNames);
  yield* checkUnique(
    "tag",
    ["tags"],
    tags.map(({ key }) => key),
  );
  yield* checkUnique("proxyConfiguration property", ["proxyConfiguration", "properties"], properties);

  const checkContainer = containerCheck(draft);
  const checkVolume = existenceCheck("volume", volumeNames, !task.isUnclear("volumes"));
  const byName = new Map(containers.map((container) => [container.values.name, container]));
  for (const { path, values } of containers) {
    for (const [place, { containerName, condition }] of entriesAt([...path, "dependsOn"], values.dependsOn)) {
      yield* checkContainer(place, containerName);
      const awaited = containerName === "" ? undefined : byName.get(containerName);
      if (awaited) yield* checkAwaited(place, condition, awaited);
    }
    for (const [place, { sourceContainer }] of entriesAt([...path, "volumesFrom"], values.volumesFrom)) {
      yield* checkContainer(place, sourceContainer);
    }
    const mountPaths = values.mountPoints?.map(({ containerPath }) => containerPath) ?? [];
    yield* checkUnique("mount path", [...path, "mountPoints"], mountPaths);
    for (const [place, { sourceVolume }] of entriesAt([...path, "mountPoints"], values.mountPoints)) {
      yield* checkVolume(place, sourceVolume);
    }
  }
  yield* checkContainer(["proxyConfiguration", "containerName"], proxy?.containerName);
  // Developer guide, "Task definition parameters": a task has at least one. With the Defender ECS would not notice.
  const isNone = containers.length > 0 && containers.every(({ values }) => values.essential === false);
  if (draft.isComplete && isNone) {
    const remedy =
      "With only the Defender essential, the task would go on after all others end. Set the main one to essential.";
    yield problem(["containerDefinitions"])`no container is essential, which ECS requires. ${remedy}`;
  }
  const stuck = neverStarting(containers);
  const [first] = stuck;
  if (first) {
    const names = () => someOf(stuck.map(nameOf));
    yield problem([...first.path, "dependsOn"])`is circular, so ${names} would never start. Remove one dependency.`;
  }
}

// API reference, ContainerDependency.
function* checkAwaited(place: Path, condition: string, { values, isUnclear }: DraftContainer): Step {
  const { name = "", healthCheck, essential = true } = values;
  if (condition === "HEALTHY" && healthCheck === undefined && !isUnclear("healthCheck")) {
    const remedy = "Write one (that of its image doesn't count), or wait for START.";
    yield problem(place)`waits for ${name} to be HEALTHY, but it has no healthCheck. ${remedy}`;
  }
  if (["COMPLETE", "SUCCESS"].includes(condition) && essential && !isUnclear("essential")) {
    const remedy = "Set its essential to false, or wait for START.";
    yield problem(place)`waits for ${name} to end, but ${name} is essential: its end would stop the task. ${remedy}`;
  }
}

function* checkUnique(kind: string, path: Path, names: readonly (string | undefined)[]): Step {
  const seen = new Set<string>();
  for (const [place, name] of entriesAt(path, names)) {
    if (!name) continue;
    if (seen.has(name)) yield problem(place)`the ${kind} ${quote(name)} is there twice. Remove or rename one.`;
    seen.add(name);
  }
}

/** Returns a check that there is a container with a name. */
export function containerCheck({ containers, hasAllNames }: Draft) {
  return existenceCheck("container", containers.map(nameOf), hasAllNames);
}

/** Returns a check that a name is one of `names`. It reports nothing unless all names are known. */
function existenceCheck(kind: string, names: readonly (string | undefined)[], isComplete: boolean) {
  const all = new Set(names);
  return function* (path: Path, name: string | undefined): Step {
    if (name === undefined || all.has(name) || !isComplete) return;
    const choice = () => (all.size > 0 ? text`The task has ${someOf([...all])}.` : text`The task has none.`);
    yield problem(path)`there is no ${kind} ${quote(name)}. ${choice}`;
  };
}

const nameOf = ({ values }: DraftContainer) => values.name;

/** Returns the containers in a dependency cycle, or waiting for one, in file order. */
function neverStarting(containers: readonly DraftContainer[]): readonly DraftContainer[] {
  const names = new Set(containers.map(nameOf));
  const isWaiting = ({ values }: DraftContainer) =>
    values.dependsOn?.some(({ containerName }) => containerName !== "" && names.has(containerName));
  const waiting = containers.filter(isWaiting);
  return waiting.length === containers.length ? waiting : neverStarting(waiting);
}
