import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import type { Command } from "../../lib/commands/command";
import { COMMANDS, loadCommand, printOverview } from "../../lib/commands/commands";
import { usageOf } from "../../lib/commands/usage";
import { EXAMPLE } from "../entry";
import { invocationIn, invoke } from "./invoke";

const PROJECT = resolve(__dirname, "../..");
const README = readFileSync(join(PROJECT, "README.md"), "utf8");
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(PROJECT, "package.json"), "utf8"),
).scripts;

const commands = (): Promise<readonly Command[]> => Promise.all(Object.values(COMMANDS).map((load) => load()));

test("each command has the name that it is listed under, and an npm script", async () => {
  const names = (await commands()).map(({ name }) => name);
  expect(names).toEqual(Object.keys(COMMANDS));
  for (const name of names) expect(SCRIPTS[name]).toBe(`exec node scripts/run.cjs main.ts ${name}`);
});

test("the README's table describes each command as its help does", async () => {
  // A bar within a cell is escaped.
  const rows = README.split("\n").map((line) => line.replaceAll("\\|", "|"));
  for (const command of await commands()) {
    const row = rows.find((line) => RegExp(`^\\| \`npm run (--silent )?${command.name}[ \`]`).test(line));
    expect(row?.replace(", `npx cdktf synth`", "")).toBe(`| \`${usageOf(command)}\` | ${command.purpose} |`);
  }
});

test.each(Object.keys(COMMANDS))("%s --help prints the usage, and does nothing else", async (name) => {
  const command = await loadCommand(name);
  for (const args of [["--help"], ["something", "-h"]]) {
    const { status, stdout, stderr } = await invoke(command, args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n\n")[0]?.replaceAll("\n", " ")).toBe(usageOf(command));
    expect(stdout.match(/^ {2}--format /gm)).toHaveLength(1);
    for (const { name } of command.options ?? []) expect(stdout).toContain(`\n  --${name}`);
    for (const { name } of command.operands ?? []) expect(stdout).toContain(`\n  ${name}`);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).not.toMatch(/\*\*|`|\]\(/);
  }
});

test("--help alone lists the commands", async () => {
  const { invocation, stdout } = invocationIn({});
  expect(await printOverview(invocation)).toBe(0);
  for (const name of Object.keys(COMMANDS)) expect(stdout()).toContain(`\n  ${name} `);
});

describe("arguments", () => {
  const command: Command = {
    name: "example",
    purpose: "an example",
    operands: [
      { name: "OLD", meaning: "one" },
      { name: "NEW", meaning: "another", isOptional: true },
    ],
    options: [
      { name: "quiet", meaning: "no value" },
      { name: "format", meaning: "one of some", value: ["text", "json"] },
      { name: "cluster", meaning: "several", value: "NAME", isRepeated: true },
    ],
    run: async ({ stdout }, { operands, has, value, values }) => {
      stdout.write(JSON.stringify([operands, has("quiet"), has("format"), value("format") ?? null, values("cluster")]));
      return 3;
    },
  };
  const USAGE = "Usage: npm run example -- OLD [NEW] [--quiet] [--format text|json] [--cluster NAME …].";

  test.each([
    [["a"], [["a"], false, false, null, []]],
    [
      ["a", "b", "--quiet"],
      [["a", "b"], true, false, null, []],
    ],
    [
      ["--format", "json", "--cluster=x", "a", "--cluster", "y"],
      [["a"], false, true, "json", ["x", "y"]],
    ],
    [
      ["--", "--quiet"],
      [["--quiet"], false, false, null, []],
    ],
  ])("%j are accepted", async (args, expected) => {
    const { status, stdout } = await invoke(command, args);
    expect({ status, stdout: JSON.parse(stdout) }).toEqual({ status: 3, stdout: expected });
  });

  test.each([
    [[], "example takes OLD [NEW], got nothing."],
    [["a", "b", "c"], "example takes OLD [NEW], got a b c."],
    [["a", "--loud"], "Unknown option '--loud'."],
    [["a", "--qiet"], "Unknown option '--qiet'. Did you mean --quiet?"],
    [["a", "--format"], "Option '--format <value>' argument missing."],
    [["a", "--quiet=yes"], "Option '--quiet' does not take an argument."],
    [["a", "--format", "xml"], '--format must be one of text, json, got "xml".'],
    [["--format", "xml"], 'example takes OLD [NEW], got nothing. --format must be one of text, json, got "xml".'],
    [["a", "--\u001b[31m##vso[x]"], "Unknown option '--## vso[x]'."],
  ])("%j are refused", async (args, problem) => {
    expect(await invoke(command, args)).toEqual({ problems: [`${problem} ${USAGE}`], stdout: "", stderr: "" });
  });

  test("that npm consumed are refused", async () => {
    const environment = { npm_config_quiet: "true" };
    expect(await invoke(command, ["a"], environment)).toMatchObject({
      problems: [`npm consumed --quiet. Write -- before the options. ${USAGE}`],
    });
    const { problems } = await invoke(await loadCommand("destroy"), [], { npm_config_auto_approve: "true" });
    expect(problems).toEqual([expect.stringMatching(/^npm consumed --auto-approve\. Write -- before the options\./)]);
    expect(await invoke(command, ["a", "--quiet"], {})).toMatchObject({ status: 3 });
    // npm has this option, too.
    const check = await invoke(await loadCommand("check"), [EXAMPLE], { npm_config_offline: "true" });
    expect(check).toMatchObject({ status: 0 });
  });
});
