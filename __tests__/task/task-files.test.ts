import { execFileSync } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readTasks } from "../../lib/task/read-tasks";
import { CONTAINER, inFolder, problemsIn, problemsOf, read, TASK } from "./read";

const MIB = 1024 * 1024;
const TEXT = JSON.stringify(TASK);
const ELSEWHERE = "Check the path";

test("a path that does not exist is refused", async () => {
  await inFolder(async (folder) => {
    const problem = `none.json: there is no such file or folder. ${ELSEWHERE}. A relative path begins in the project's folder.`;
    expect(await problemsOf(join(folder, "none.json"), folder)).toEqual([problem]);
  });
});

test("a folder without task definitions is refused", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "readme.md"), "");
    await mkdir(join(folder, ".hidden"));
    await writeFile(join(folder, ".hidden", "task.json"), TEXT);
    expect(await problemsOf(folder)).toEqual([
      `${folder}: this folder has no *.json in it. Put each task definition into a file of its own there.`,
    ]);
  });
});

test("subfolders are read too, in the order of the paths, which are relative to the project's folder", async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, "tasks", "b", "c"), { recursive: true });
    for (const name of ["tasks/a", "tasks/b/c/d", "tasks/b/e", "tasks/f"]) {
      await writeFile(join(folder, `${name}.json`), TEXT.replace("shop", name.replaceAll("/", "-")));
    }
    const tasks = await readTasks(join(folder, "tasks"), { projectFolder: folder });
    expect(tasks.map(({ file }) => file)).toEqual([
      "tasks/a.json",
      "tasks/b/c/d.json",
      "tasks/b/e.json",
      "tasks/f.json",
    ]);
  });
});

test("a link to a folder is refused rather than followed, and other links than those to task files are ignored", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "a.json"), TEXT);
    await symlink(folder, join(folder, "circle"));
    await symlink(join(folder, "a.json"), join(folder, "notes.txt"));
    await symlink(join(folder, "gone"), join(folder, "broken.txt"));
    expect(await problemsOf(folder)).toEqual([
      "circle: is a link to a folder, which isn't followed. Put the folder itself there, or remove the link.",
    ]);
  });
});

test("a pipe and a file of /proc are refused without waiting for content", async () => {
  await inFolder(async (folder) => {
    execFileSync("mkfifo", [join(folder, "pipe.json")]);
    await symlink("/proc/self/status", join(folder, "proc.json"));
    expect(await problemsOf(folder)).toEqual([
      "pipe.json: is neither a file nor a folder. Name a file with a task definition.",
      "proc.json: the file is empty. Write a task definition into it.",
    ]);
  });
});

test("in a folder, a directory named as a file and files that have vanished or can't be read are reported together", async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, "a.json"));
    await symlink(join(folder, "gone"), join(folder, "b.json"));
    await symlink(join(folder, "c.json"), join(folder, "c.json"));
    await symlink("/dev/null", join(folder, "d.json"));
    expect(await problemsOf(folder)).toEqual([
      "a.json: is a folder, not a file. Rename it, or name a file in it.",
      `b.json: there is no such file or folder. ${ELSEWHERE}. A relative path begins in the project's folder.`,
      `c.json: can't be read (ELOOP). ${ELSEWHERE} and its permissions.`,
      "d.json: is neither a file nor a folder. Name a file with a task definition.",
    ]);
  });
});

const NOT_UTF8 = "is not UTF-8 text, it looks like";
test.each([
  ["empty", "", "the file is empty. Write a task definition into it."],
  ["blank", " \n\t", "the file is empty. Write a task definition into it."],
  ["UTF-16", Buffer.from(`\ufeff${TEXT}`, "utf16le"), `${NOT_UTF8} UTF-16 or a binary file. Save it as UTF-8.`],
  ["UTF-16 without a mark", Buffer.from(TEXT, "utf16le"), `${NOT_UTF8} UTF-16 or a binary file. Save it as UTF-8.`],
  ["Latin-1", Buffer.from('{"a": "ü"}', "latin1"), `${NOT_UTF8} an 8-bit encoding. Save it as UTF-8.`],
  ["1 MiB and a byte", TEXT.padEnd(MIB + 1), `is larger than 1 MiB, too large for a task definition. ${ELSEWHERE}.`],
])("a file that is %s is refused", async (_kind, content, problem) => {
  expect(await problemsIn(content)).toEqual([problem]);
});

test("a file of 3 GiB is refused without having been read", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "task.json"), TEXT);
    await truncate(join(folder, "task.json"), 3072 * MIB);
    expect(await problemsOf(folder)).toEqual([
      `task.json: is larger than 1 MiB, too large for a task definition. ${ELSEWHERE}.`,
    ]);
  });
});

test("a file of 1 MiB is read, and so is one with a byte order mark", async () => {
  expect(await problemsIn(TEXT.padEnd(MIB))).toEqual([]);
  expect((await read(`\ufeff${TEXT}`)).definition.family).toBe("shop");
});

const UNQUOTED = "Keys and texts need double quotation marks. Jsonnet isn't read: convert it";
const OTHER_LANGUAGE = "JSON begins with {. YAML and Terraform's language aren't read: convert it";
test.each([
  ["{", "close brace expected at line 1, column 2. Correct it there"],
  [
    '{\n  "family": "a",\n}',
    "property name expected at line 3, column 1. JSON has no comma after the last element. Remove it",
  ],
  ['{"a": [1,]}', "value expected at line 1, column 10. JSON has no comma after the last element. Remove it"],
  ['{\n  // note\n  "family": "a"}', "invalid comment token at line 2, column 3. JSON has no comments. Remove it"],
  ["// note\n{}", "invalid comment token at line 1, column 1. JSON has no comments. Remove it"],
  ['{"family": a}', `invalid symbol at line 1, column 12. ${UNQUOTED}`],
  ['{"family": "a", cpu: 256}', `invalid symbol at line 1, column 17. ${UNQUOTED}`],
  ["{'family': 'a'}", `invalid symbol at line 1, column 2. ${UNQUOTED}`],
  ['{"cpu": 1.2.3}', "invalid symbol at line 1, column 12. Correct it there"],
  ['{"family": }', "value expected at line 1, column 12. Correct it there"],
  ["containers: [a]", `invalid symbol at line 1, column 1. ${OTHER_LANGUAGE}`],
  ["family: shop", `invalid symbol at line 1, column 1. ${OTHER_LANGUAGE}`],
  [
    '{\n<<<<<<< HEAD\n"family": "a"\n=======\n"family": "b"\n>>>>>>> b\n}',
    "invalid symbol at line 2, column 1. It has an unresolved merge conflict. Resolve it",
  ],
  ...[`\${PORT}`, "$(PORT)", "$PORT", "<PORT>"].map((placeholder) => [
    `{"cpu": ${placeholder}}`,
    `invalid symbol at line 1, column 9. There is the placeholder "${placeholder}". Replace it with the value`,
  ]),
  [
    '{"cpu": {{ cpu }}}',
    'property name expected at line 1, column 10. There is the placeholder "{{ cpu }}". Replace it with the value',
  ],
  ['{"family": "a"} {}', "end of file expected at line 1, column 17. Correct it there"],
])("%j is refused as not JSON, with line and column", async (content, reason) => {
  expect(await problemsIn(content)).toEqual([`is not JSON: ${reason}.`]);
});

test("a YAML file is refused with the reason that YAML isn't read", async () => {
  await inFolder(async (folder) => {
    for (const name of ["task.yaml", "task.YML"]) {
      await writeFile(join(folder, name), "family: shop");
      expect(await problemsOf(join(folder, name), folder)).toEqual([
        `${name}: is not JSON: invalid symbol at line 1, column 1. ${OTHER_LANGUAGE}.`,
      ]);
    }
  });
});

test("in a folder, task files with other extensions such as .yaml are refused, with the problems of the others", async () => {
  await inFolder(async (folder) => {
    const names = ["a.yaml", "b.yml", "c.JSON", "d.json5", "d.jsonc", "d.jsonnet", "e.json", "f.json.bak", "yaml"];
    for (const name of names) await writeFile(join(folder, name), name === "e.json" ? "" : TEXT);
    const reason = "in a folder only *.json is read. Save it as JSON in a *.json file, or move it elsewhere.";
    expect(await problemsOf(folder)).toEqual([
      ...names.slice(0, 6).map((name) => `${name}: ${reason}`),
      "e.json: the file is empty. Write a task definition into it.",
    ]);
    expect(await problemsOf(join(folder, "c.JSON"))).toEqual([]);
  });
});

test("duplicate keys are refused, each with its place", async () => {
  const container = '{"name": "a\\"b: {", "image": "x",\n "image": "y"}';
  expect(await problemsIn(`{"family": "a",\n"containerDefinitions": [${container}], "family": "b"}`)).toEqual([
    'the key "image" is twice in one object, again at line 3, column 2. Remove one.',
    'the key "family" is twice in one object, again at line 3, column 18. Remove one.',
  ]);
});

test("the same key in two objects, and text that looks like keys, are not duplicates", async () => {
  const containers = [
    { ...CONTAINER, command: ['"a": "a":', "{"] },
    { ...CONTAINER, name: "b\\" },
  ];
  expect(await problemsIn({ ...TASK, containerDefinitions: containers })).toEqual([
    'containerDefinitions[b\\].name: must have letters, digits, - and _ only, 255 at most, got "b\\".',
  ]);
});

test.each([
  ["valid", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
  ["broken", "[".repeat(400_000)],
])("%s JSON that is nested hundreds of thousands of levels deep is refused", async (_kind, content) => {
  expect(await problemsIn(content)).toEqual(["is nested in more than 100 levels."]);
});

test.each([
  ["null", "null"],
  ["3", "a number"],
  ['"task"', "a string"],
])("%s in place of a task definition is refused", async (content, got) => {
  expect(await problemsIn(content)).toEqual([
    `expected one task definition as RegisterTaskDefinition takes it, got ${got}.`,
  ]);
});
