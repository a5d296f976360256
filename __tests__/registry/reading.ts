import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Clock } from "../../lib/http/clock";
import { imageConfigs } from "../../lib/registry/read-images";
import type { Environment } from "../../lib/settings/environment";
import type { NetworkSettings } from "../../lib/settings/network";

export type ReadOptions = {
  readonly dockerConfigFolder?: string;
  readonly environment?: Environment;
  readonly network?: Partial<NetworkSettings>;
  readonly notices?: string[];
  readonly notice?: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
};

/** Reads the images as a run does. */
export function read(images: readonly string[], options: ReadOptions = {}) {
  const network = { proxies: {}, timeoutMs: 60_000, retryDelayMs: 1, concurrency: 8, ...options.network };
  const { dockerConfigFolder = "/no/such/folder", environment = {} } = options;
  const { signal = new AbortController().signal, notice = (line: string) => void options.notices?.push(line) } =
    options;
  return imageConfigs(
    images,
    { network, registry: { dockerConfigFolder }, environment },
    { signal, notice },
    options.clock,
  );
}

/** Reads one image, and returns its configuration or its problem. */
export async function readOne(image: string, options: ReadOptions = {}) {
  const found = (await read([image], options)).get(image);
  return found instanceof Error ? found.message : found;
}

/** Makes folders with a Docker configuration, which `remove` removes. */
export function dockerFolders() {
  const folders: string[] = [];
  return {
    folder: (config: unknown) => {
      const folder = mkdtempSync(join(tmpdir(), "docker-"));
      folders.push(folder);
      const content = typeof config === "string" ? config : JSON.stringify(config);
      writeFileSync(join(folder, "config.json"), content);
      return folder;
    },
    remove: () => {
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
    },
  };
}
