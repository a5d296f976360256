import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "esbuild";

import type { ConsoleSettings } from "../../lib/settings/console";

export type Run = { readonly output: string; readonly stderr: string; readonly tookMs: number };

/** The client in a process of its own, which must end by itself. */
export async function bundledClient() {
  const folder = mkdtempSync(join(tmpdir(), "client-"));
  const outfile = join(folder, "client.cjs");
  // As the app is bundled, which leaves parts of axios out.
  const { bundleOptions } = require("../../scripts/bundle.cjs");
  const root = join(__dirname, "../..");
  await build({ ...bundleOptions(root, "__tests__/console/client.ts", { debug: false }), write: true, outfile });

  const run = (
    settings: Omit<ConsoleSettings, "password">,
    { calls = 1, close = false, env = {} }: { calls?: number; close?: boolean; env?: Record<string, string> } = {},
  ): Promise<Run> => {
    const began = performance.now();
    return new Promise((resolve) => {
      const argument = JSON.stringify({ settings, calls, close });
      const options = { env: { PATH: process.env.PATH, ...env }, timeout: 20_000 };
      execFile(process.execPath, [outfile, argument], options, (_, output, stderr) =>
        resolve({ output, stderr, tookMs: performance.now() - began }),
      );
    });
  };
  return { run, remove: () => rmSync(folder, { recursive: true }) };
}
