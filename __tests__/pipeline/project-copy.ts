import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { EXAMPLE } from "../entry";

export const PROJECT = resolve(__dirname, "../..");

// A user's files, such as task definitions or the provider's lock file, must not decide what the tests see. The tests don't
// run in the copy.
const FOLDERS = [".ci", "bench", "docs", "lib", "local-console", "local-ecs", "scripts"];
const FILES =
  /^(\.gitignore|README\.md|azure-pipelines\.yml|(biome|cdktf|package|package-lock|tsconfig)\.json|jest\.config\.cjs|main\.ts)$/;

export type ProjectCopy = { readonly folder: string; readonly remove: () => void };

/** The project as a pipeline checks it out, with the packages that are installed here. */
export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-"));
  for (const name of readdirSync(PROJECT).filter((name) => FILES.test(name) || FOLDERS.includes(name))) {
    cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
  }
  cpSync(EXAMPLE, join(folder, "original_task_definition.json"));
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
