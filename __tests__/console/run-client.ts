import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "esbuild";

import type { ClientSettings } from "./good-console";

export type Run = {
  readonly output: string;
  readonly stderr: string;
  /** Whether it ended by itself, without being killed. */
  readonly ended: boolean;
};

type ClientOptions = {
  readonly calls?: number;
  readonly proxy?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** Bundles the client; `run` starts it as a process of its own, which must end by itself. */
export async function bundledClient() {
  const folder = mkdtempSync(join(tmpdir(), "client-"));
  const outfile = join(folder, "client.cjs");
  // Bundled like the app, so without parts of axios.
  const { bundleOptions } = require("../../scripts/bundle.cjs");
  const root = join(__dirname, "../..");
  await build({ ...bundleOptions(root, "__tests__/console/client.ts", { debug: false }), write: true, outfile });

  const run = (
    { console, network }: ClientSettings,
    { calls = 1, proxy, env = {} }: ClientOptions = {},
  ): Promise<Run> => {
    return new Promise((resolve) => {
      const argument = JSON.stringify({ console, network: { ...network, proxies: { https: proxy } }, calls });
      const options = { env: { PATH: process.env.PATH, ...env }, timeout: 60_000 };
      execFile(process.execPath, [outfile, argument], options, (error, output, stderr) =>
        resolve({ output, stderr, ended: !error?.killed }),
      );
    });
  };
  return { run, remove: () => rmSync(folder, { recursive: true }) };
}
