import { isSameBundle } from "../bundle-format";
import { BUNDLE_VARIABLE, DEFENDER } from "../defender";
import type { ContainerDefinition, TaskDefinition } from "../task/schema";
import type { Task } from "../task/task";
import { excerpt, join, type SafeText, text } from "../text/safe-text";
import { defenderVersion } from "./defender-image";
import type { ConsoleFacts } from "./proof";

/** Lists noteworthy facts about a proven answer that aren't deviations. */
export function findNotices(
  { runtimeDefense }: Task,
  definition: TaskDefinition,
  sidecar: ContainerDefinition,
  facts: ConsoleFacts,
): readonly SafeText[] {
  const notices: SafeText[] = [];
  const variables = new Map(sidecar.environment?.map(({ name, value }) => [name, value]));
  if (!isSameBundle(variables.get(BUNDLE_VARIABLE) ?? "", facts.installBundle.reveal())) {
    notices.push(
      text`The install bundle in the Console's answer differs from that of GET defenders/install-bundle, which "npm run install-bundle" prints. Check which of them your Defenders connect with.`,
    );
  }
  const address = variables.get("WS_ADDRESS") ?? "";
  if (facts.wsAddress !== undefined && !isSameAddress(address, facts.wsAddress)) {
    notices.push(
      text`The Defender dials ${excerpt(address)}, but GET defenders/install-bundle names ${excerpt(facts.wsAddress)}. Check TL_CONSOLE_ADDRESS.`,
    );
  }
  const version = defenderVersion(sidecar.image);
  if (version !== undefined && version !== facts.version) {
    notices.push(
      text`By its tag the Defender's image is ${version}, but the Console is ${facts.version}. Mirror the Defender of the Console's version.`,
    );
  }
  const early = definition.containerDefinitions.filter(({ dependsOn }) =>
    dependsOn?.some(({ containerName, condition }) => containerName === DEFENDER && condition === "START"),
  );
  if (early.length > 0) {
    const names = join(early.map(({ name }) => excerpt(name)));
    notices.push(
      text`Containers that wait only for the Defender's START, and may run before it is ready: ${names}. Upgrade the Console.`,
    );
  }
  const { logConfiguration: logs } = sidecar;
  if (logs?.logDriver === "awsfirelens" && runtimeDefense.sidecar.logs !== "own") {
    notices.push(
      text`The Defender's logs go to FireLens with the options of an application container, the vendor's key included: the Console copied its logConfiguration. Set "sidecar": {"logs": "own"} in runtimeDefense for a log group of its own.`,
    );
  }
  return notices;
}

// Port 443 is the default of wss://, and a slash at the end has no meaning.
function isSameAddress(one: string, other: string): boolean {
  const plain = (address: string) => address.toLowerCase().replace(/\/$/, "").replace(/:443$/, "");
  return plain(one) === plain(other);
}
