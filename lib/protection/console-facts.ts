import type { Console } from "../console/console";
import type { Secret } from "../text/secret";

/** What the Console says of itself and of its Defenders, against which its answers are held. */
export type ConsoleFacts = {
  /** `34.04.145` */
  readonly version: string;
  readonly installBundle: Secret;
  /** The address that Defenders dial, `wss://host:443`; undefined when the Console doesn't say. */
  readonly wsAddress: string | undefined;
};

/** @throws ConsoleError */
export async function askFacts(console: Pick<Console, "version" | "installBundle">): Promise<ConsoleFacts> {
  const [version, { bundle, wsAddress }] = await Promise.all([console.version(), console.installBundle()]);
  return { version, installBundle: bundle, wsAddress };
}
