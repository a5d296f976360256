import type { JsonObject } from "../../lib/json";
import type { ProofFacts } from "../../lib/protection/proof";
import type { Task } from "../../lib/task/task";
import { Secret } from "../../lib/text/secret";
import { INSTALL_BUNDLE } from "../../local-console/defender";
import { protect } from "../../local-console/protect";

/** The host that Defenders connect to, and the registry of their image, in the tests' answers. */
export const CONSOLE_ADDRESS = "console.example.com";
export const REGISTRY = "registry.example.com";

/** The facts that a test's answers are checked against by default. */
export function factsFor(installBundle = INSTALL_BUNDLE): ProofFacts {
  return {
    region: "eu-west-1",
    consoleAddress: CONSOLE_ADDRESS,
    defenderRegistry: REGISTRY,
    console: { version: "34.04.145", installBundle: new Secret(installBundle), wsAddress: undefined },
    holdsCredential: () => false,
  };
}

/** The local Console's answer, after a round trip through JSON. */
export function answerFor({ definition, runtimeDefense }: Task): JsonObject {
  const { exclude, defenderImage, filesystemMonitoring = false } = runtimeDefense;
  const containerDefinitions = definition.containerDefinitions.filter(({ name }) => !(name in exclude));
  const wsAddress = `wss://${CONSOLE_ADDRESS}:8084`;
  const image = defenderImage ?? `${REGISTRY}/twistlock/defender:defender_34_04_145`;
  const defender = { image, installBundle: INSTALL_BUNDLE, wsAddress, filesystemMonitoring };
  return JSON.parse(JSON.stringify(protect({ ...definition, containerDefinitions }, defender)));
}
