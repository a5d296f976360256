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
  ["a missing file", join(folder, "missing"), "ENOENT"],
  ["a folder", folder, "EISDIR"],
  ["a pipe that nobody writes to", join(folder, "pipe"), "not a file"],
  ["a device", "/dev/zero", "not a file"],
])("%s is refused without waiting", (_, path, code) => {
  expect(() => readRegularFile(path)).toThrow(expect.objectContaining({ code }));
});

test("a file of more than 1 MiB isn't read", () => {
  writeFileSync(join(folder, "large"), Buffer.alloc(1024 * 1024 + 1));
  expect(() => readRegularFile(join(folder, "large"))).toThrow(expect.objectContaining({ code: "larger than 1 MiB" }));
});

test("a larger file is read if the caller allows it", () => {
  writeFileSync(join(folder, "large"), Buffer.alloc(1024 * 1024 + 1));
  expect(readRegularFile(join(folder, "large"), 2)).toHaveLength(1024 * 1024 + 1);
});
