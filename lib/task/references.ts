import { DEFENDER } from "../defender";
import { problem, quoted, type Step } from "./finding";
import type { TaskDefinition } from "./schema";

/** Names that must be unique, and names that must name something. */
export function* checkReferences(task: TaskDefinition, excluded: readonly string[]): Step {
  const { containerDefinitions: containers, proxyConfiguration: proxy, volumes = [], tags = [] } = task;
  const names = containers.map(({ name }) => name);
  const volumeNames = volumes.map(({ name }) => name);
  if (names.includes(DEFENDER)) {
    yield problem(`The task already holds ${DEFENDER}. Give the unprotected task definition.`);
  }
  const unique = {
    container: names,
    volume: volumeNames,
    tag: tags.map(({ key }) => key),
    "proxyConfiguration property": proxy?.properties?.map(({ name }) => name) ?? [],
  };
  for (const [kind, all] of Object.entries(unique)) {
    const repeated = all.filter((name, index) => all.indexOf(name) !== index);
    for (const name of new Set(repeated)) yield problem(`The ${kind} ${quoted(name)} is there twice. Rename one.`);
  }
  for (const { name, dependsOn = [], volumesFrom = [], mountPoints = [] } of containers) {
    const at = `containerDefinitions[${name}]`;
    for (const { containerName } of dependsOn) yield* known(`${at}.dependsOn`, "container", containerName, names);
    for (const { sourceContainer } of volumesFrom)
      yield* known(`${at}.volumesFrom`, "container", sourceContainer, names);
    for (const { sourceVolume } of mountPoints) yield* known(`${at}.mountPoints`, "volume", sourceVolume, volumeNames);
  }
  yield* known("proxyConfiguration", "container", proxy?.containerName, names);
  for (const name of excluded) yield* known("runtimeDefense.exclude", "container", name, names);
}

function* known(at: string, kind: string, name: string | undefined, names: readonly string[]): Step {
  if (name === undefined || names.includes(name)) return;
  const choice = names.length > 0 ? `Known are ${names.join(", ")}.` : "The task has none.";
  yield problem(`${at}: there is no ${kind} ${quoted(name)}. ${choice}`);
}
