import { posix } from "node:path";

import { DEFENDER_FOLDER } from "../defender";
import { problem, quoted, type Step } from "./finding";
import type { ContainerDefinition, TaskDefinition } from "./schema";

/** Names that must be unique, and names that must name something. */
export function* checkReferences(task: TaskDefinition, excluded: readonly string[]): Step {
  const { containerDefinitions: containers, proxyConfiguration: proxy, volumes = [], tags = [] } = task;
  const names = containers.map(({ name }) => name);
  const volumeNames = volumes.map(({ name }) => name);
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
    for (const { containerName, condition } of dependsOn) {
      yield* known(`${at}.dependsOn`, "container", containerName, names);
      if (condition !== "HEALTHY" || !containers.some((c) => c.name === containerName && !c.healthCheck)) continue;
      const remedy = "Write one (that of its image doesn't count), or wait for START.";
      yield problem(`${at}.dependsOn: ${containerName} has no healthCheck to be HEALTHY by. ${remedy}`);
    }
    for (const { sourceContainer } of volumesFrom)
      yield* known(`${at}.volumesFrom`, "container", sourceContainer, names);
    for (const { sourceVolume, containerPath = "" } of mountPoints) {
      yield* known(`${at}.mountPoints`, "volume", sourceVolume, volumeNames);
      if (!`${posix.normalize(containerPath)}/`.startsWith(`${DEFENDER_FOLDER}/`)) continue;
      yield problem(`${at}.mountPoints: ${quoted(containerPath)} would hide the Defender. Mount it elsewhere.`);
    }
  }
  yield* known("proxyConfiguration", "container", proxy?.containerName, names);
  for (const name of excluded) yield* known("runtimeDefense.exclude", "container", name, names);
  if (names.every((name) => excluded.includes(name))) {
    yield problem("runtimeDefense.exclude leaves every container out, so nothing would be protected. Keep one.");
  }
  const stuck = neverStarting(containers).map(({ name }) => name);
  if (stuck.length > 0) {
    yield problem(`dependsOn goes in a circle, so ${stuck.join(", ")} would never start. Take one dependency off.`);
  }
}

/** Those that wait for each other, and those that wait for such. */
function neverStarting(containers: readonly ContainerDefinition[]): readonly ContainerDefinition[] {
  const names = new Set(containers.map(({ name }) => name));
  const waiting = containers.filter(({ dependsOn = [] }) => dependsOn.some((one) => names.has(one.containerName)));
  return waiting.length === containers.length ? waiting : neverStarting(waiting);
}

function* known(at: string, kind: string, name: string | undefined, names: readonly string[]): Step {
  if (name === undefined || names.includes(name)) return;
  const choice = names.length > 0 ? `Known are ${names.join(", ")}.` : "The task has none.";
  yield problem(`${at}: there is no ${kind} ${quoted(name)}. ${choice}`);
}
