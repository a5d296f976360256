import type { DefenderImages } from "./defender-image";

/** What a protected task definition has to hold, as far as it is known. */
export type Expectation = {
  readonly family: string;
  readonly images: DefenderImages;
  /** The host that the Defender is to dial; any one when it isn't known. */
  readonly consoleAddress?: string;
  /** Whether the Defender watches the file system; either when nothing was asked for. */
  readonly filesystemMonitoring?: boolean;
  /** Whether the Console was asked to find entry points that the task definition doesn't name. */
  readonly extracting: boolean;
  /** Variables that a newer Console may add, by name: the value that was agreed to, or `undefined` for any. */
  readonly accepted: ReadonlyMap<string, string | undefined>;
};
