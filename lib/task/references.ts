import { problem, quoted, type Step } from "./finding";
import type { TaskDefinition } from "./schema";

/** The Defender's sidecar, as the Console names it. */
const SIDECAR = "TwistlockDefender";

/** Names that must be unique, and names that must name something. */
export function* checkReferences(task: TaskDefinition): Step {
  const { containerDefinitions: containers, proxyConfiguration: proxy, volumes = [], tags = [] } = task;
  const names = containers.map(({ name }) => name);
  const volumeNames = volumes.map(({ name }) => name);
  if (names.includes(SIDECAR)) {
    yield problem(`The task already holds ${SIDECAR}. Give the unprotected task definition.`);
  }
  yield* unique("container", names);
  yield* unique("volume", volumeNames);
  yield* unique(
    "tag",
    tags.map(({ key }) => key),
  );
  yield* unique(
    "proxyConfiguration property",
    (proxy?.properties ?? []).map(({ name }) => name),
  );
  for (const { name, dependsOn = [], volumesFrom = [], mountPoints = [] } of containers) {
    const at = `containerDefinitions[${name}]`;
    yield* known(
      `${at}.dependsOn`,
      "container",
      dependsOn.map(({ containerName }) => containerName),
      names,
    );
    yield* known(
      `${at}.volumesFrom`,
      "container",
      volumesFrom.map(({ sourceContainer }) => sourceContainer),
      names,
    );
    yield* known(
      `${at}.mountPoints`,
      "volume",
      mountPoints.map(({ sourceVolume }) => sourceVolume),
      volumeNames,
    );
  }
  if (proxy) yield* known("proxyConfiguration", "container", [proxy.containerName], names);
}

function* unique(kind: string, names: readonly string[]): Step {
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  for (const name of new Set(repeated)) yield problem(`The ${kind} ${quoted(name)} is there twice. Rename one.`);
}

function* known(at: string, kind: string, wanted: readonly (string | undefined)[], names: readonly string[]): Step {
  for (const name of wanted) {
    if (name === undefined || names.includes(name)) continue;
    const choice = names.length > 0 ? `Known are ${names.join(", ")}.` : "The task has none.";
    yield problem(`${at}: there is no ${kind} ${quoted(name)}. ${choice}`);
  }
}
