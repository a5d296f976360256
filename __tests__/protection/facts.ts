import type { ProofFacts } from "../../lib/protection/proof";
import type { SidecarPlace } from "../../lib/protection/sidecar-policy";
import { Secret } from "../../lib/text/secret";
import { INSTALL_BUNDLE } from "../../local-console/defender";

/** The host that Defenders are to dial, and the registry of their image, in answers that tests make. */
export const CONSOLE_ADDRESS = "console.example.com";
export const REGISTRY = "registry.example.com";

/** What answers are held against when nothing else is said. */
export function factsFor(installBundle = INSTALL_BUNDLE): ProofFacts & SidecarPlace {
  return {
    region: "eu-west-1",
    consoleAddress: CONSOLE_ADDRESS,
    defenderRegistry: REGISTRY,
    console: { version: "34.04.145", installBundle: new Secret(installBundle), wsAddress: undefined },
    holdsCredential: () => false,
  };
}
