import type { JsonObject } from "../json";
import type { InstallBundle } from "./answers";
import type { Defender } from "./defenders";

/**
 * A Prisma Cloud Compute Console that has accepted the login. Every call throws `ConsoleError`, or
 * the signal's reason once `RunContext.signal` is aborted.
 */
export interface Console extends Disposable {
  /** The Console's version, `34.04.145`. `GET …/version` */
  version(): Promise<string>;
  /** The task definition with a Defender in it, as the Console sent it, not proven. `POST …/defenders/fargate.json` */
  protect(request: ProtectRequest): Promise<JsonObject>;
  /** The install bundle and the address that Defenders dial. `GET …/defenders/install-bundle` */
  installBundle(): Promise<InstallBundle>;
  /**
   * All Defenders of these types, such as `fargate`, that the Console lists, connected or not. Read in pages, sorted by
   * host name. A Fargate Defender stays listed for about an hour after it disconnects. `GET …/defenders`
   */
  defenders(types: readonly string[]): Promise<readonly Defender[]>;
  /** Whether the text contains the password or a token of this run, in any spelling. */
  readonly holdsCredential: (text: string) => boolean;
  /** Aborts pending calls and closes the connections: at the end of a block by itself, with `using`. */
  close(): void;
}

export type ProtectRequest = {
  readonly definition: JsonObject;
  readonly extractEntrypoint?: boolean;
  readonly registryType?: string;
  readonly registryCredentialId?: string;
  readonly filesystemMonitoring?: boolean;
  readonly defenderImage?: string;
};
