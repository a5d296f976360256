import type { JsonObject } from "../json";
import type { InstallBundle } from "./answers";
import type { Defender } from "./defenders";

/**
 * A Prisma Cloud Compute Console that has accepted the login. Every call throws `ConsoleError`, or
 * the signal's reason once `RunContext.signal` is aborted.
 */
export interface Console {
  /** The Console's version, `34.04.145`. `GET …/version` */
  version(): Promise<string>;
  /** The task definition with a Defender in it, as the Console sent it: to be proven. `POST …/defenders/fargate.json` */
  protect(request: ProtectRequest): Promise<JsonObject>;
  /** The install bundle and the address that Defenders dial. `GET …/defenders/install-bundle` */
  installBundle(): Promise<InstallBundle>;
  /**
   * Every Defender of these types that the Console knows, such as `fargate`, connected and disconnected. Read in pages,
   * in the order of host names. A Fargate Defender that has disconnected is listed for about an hour. `GET …/defenders`
   */
  defenders(types: readonly string[]): Promise<readonly Defender[]>;
  /** Whether the text holds the password or a token of this run, in whatever spelling. */
  readonly holdsCredential: (text: string) => boolean;
  /** Ends what is still under way and drops the connections. Call it at the end in any case. */
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
