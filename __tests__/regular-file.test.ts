import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readRegularFile } from "../lib/regular-file";

const folder = mkdtempSync(join(tmpdir(), "regular-"));
const file = join(folder, "file");

beforeAll(() => {
  writeFileSync(file, "content");
  symlinkSync(file, join(folder, "link"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(["file", "link"])("a %s is read", (name) => {
  expect(readRegularFile(join(folder, name)).toString()).toBe("content");
});

test.each([
  ["missing", join(folder, "missing"), "ENOENT"],
  ["a folder", folder, "EISDIR"],
  ["a pipe that nobody writes", join(folder, "pipe"), "not a file"],
  ["a device", "/dev/zero", "not a file"],
])("what is %s isn't waited for", (_, path, code) => {
  expect(() => readRegularFile(path)).toThrow(expect.objectContaining({ code }));
});

test("a file of more than 1 MiB isn't read", () => {
  writeFileSync(join(folder, "large"), Buffer.alloc(1024 * 1024 + 1));
  expect(() => readRegularFile(join(folder, "large"))).toThrow(expect.objectContaining({ code: "larger than 1 MiB" }));
});

test("a file of more is read where more is asked for", () => {
  writeFileSync(join(folder, "large"), Buffer.alloc(1024 * 1024 + 1));
  expect(readRegularFile(join(folder, "large"), 2)).toHaveLength(1024 * 1024 + 1);
});
