import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { JsonObject } from "../../lib/json";
import type { ProtectedTask } from "../../lib/protection/protected-task";
import { parseStackSettings } from "../../lib/settings/settings";
import type { StackSettings } from "../../lib/settings/stack";
import { prepareOutput } from "../../lib/stack/output-folder";
import { pathsOf } from "../../lib/stack/output-paths";
import { readStackFile } from "../../lib/stack/stack-file";
import { synthesize } from "../../lib/stack/synthesize";

export const SETTINGS: StackSettings = parseStackSettings({});

/** cdk.tf.json as a run with these tasks and settings writes it, as text and parsed. */
export function synthesized(tasks: readonly ProtectedTask[], settings: Partial<StackSettings> = {}) {
  return inFolder((folder) => {
    const out = join(folder, "cdktf.out");
    const props = { ...SETTINGS, ...settings, tasks, projectFolder: folder, files: [] };
    synthesize({ ...props, folder: out, staging: prepareOutput(out) })();
    const text = readFileSync(join(out, pathsOf(props.name).stackFile), "utf8");
    const stack: Stack = JSON.parse(text);
    // Every synthesized stack passes the gates.
    expect(readStackFile(text).unexpected).toEqual([]);
    return { text, stack };
  });
}

type Blocks = Readonly<Record<string, JsonObject>>;

/** The parts of cdk.tf.json that the tests read. */
export type Stack = {
  readonly terraform: {
    readonly required_version?: string;
    readonly backend: Blocks;
    readonly required_providers: Blocks;
  };
  readonly provider: Readonly<Record<string, readonly JsonObject[]>>;
  readonly resource: Readonly<Record<string, Blocks>>;
  readonly variable?: Blocks;
  readonly output: Blocks;
};

export function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "stack-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
