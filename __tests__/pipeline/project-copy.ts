import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const PROJECT = resolve(__dirname, "../..");

export type ProjectCopy = { readonly folder: string; readonly remove: () => void };

/** The project as a pipeline checks it out, with the packages that are installed here. */
export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-"));
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", list, { cwd: PROJECT, encoding: "utf8" }).split("\0").filter(Boolean);
  // The tests don't run in the copy.
  for (const file of files.filter((file) => !file.startsWith("__tests__/"))) {
    cpSync(join(PROJECT, file), join(folder, file), { force: true, recursive: true });
  }
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
