import type { DefenderImages } from "./defender-image";

/** The required content of a protected task definition, as far as it is known. */
export type Expectation = {
  readonly family: string;
  readonly images: DefenderImages;
  /** The host that the Defender must dial; any host when left out. */
  readonly consoleAddress?: string;
  /** Whether the Defender must watch the file system; either is right when left out. */
  readonly filesystemMonitoring?: boolean;
  /** Whether the Console was asked to find entry points that the task definition doesn't name. */
  readonly extracting: boolean;
  /** Variables that a newer Console may add: from name to accepted value, or to `undefined` for any value. */
  readonly accepted: ReadonlyMap<string, string | undefined>;
};
