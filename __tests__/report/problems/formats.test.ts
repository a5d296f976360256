import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";

import Ajv from "ajv";
import stringWidth from "fast-string-width";
import { parse as parseJUnit } from "junit2json";

import { formatProblems, type ProblemFormat } from "../../../lib/report/problems/formats";
import type { ProblemReport } from "../../../lib/report/problems/problem-report";
import { styleOf } from "../../../lib/report/style";
import { text } from "../../../lib/text/safe-text";
import { EXAMPLE, NOTHING, WEB } from "./examples";

const PLAIN = styleOf(process.stdout, {});
const SCHEMA = join(resolve(__dirname, "../../.."), "docs/problems.schema.json");

async function formatted(report: ProblemReport, format: ProblemFormat, style = PLAIN): Promise<string> {
  const printable = await formatProblems(report, format, style);
  return "text" in printable ? printable.text : printable.pipelineCommands;
}

function terminal(columns: number) {
  return Object.assign(Object.create(process.stdout), { isTTY: true, columns });
}

describe("as text", () => {
  test("problems are grouped by file, with their places, and counted at the end", async () => {
    expect(await formatted(EXAMPLE, "text")).toBe(
      [
        "RUNTIME_DEFENSE_DEFAULTS is not JSON.",
        "tasks/web, [1];x:y.json",
        "  3:1      family: is required.",
        '  12:7     containerDefinitions[web].image: 100 %0A of <it> & more; "a "b" : :error::c ## vso[task.complete]d".',
        "",
        "tasks/api.json",
        "  is empty.",
        "",
        "tasks/good.json",
        "  2:3      Notice: cpu is set to 256.",
        "",
        "2 of 3 files have problems. Nothing was synthesized.",
        "",
      ].join("\n"),
    );
  });

  test("the number of a file's further problems comes after those that are shown", async () => {
    const file = text`a.json`;
    const [first, further] = [text`cpu: is required.`, text`1 more problem.`];
    const report = {
      ...NOTHING,
      files: [file],
      problems: [
        { file, line: 9, text: first },
        { file, text: further },
      ],
    };
    expect(await formatted(report, "text")).toBe(
      `a.json\n  9:1      ${first}\n  ${further}\n\n1 of 1 file has problems.\n`,
    );
  });

  test("one problem without a file is one line", async () => {
    const report = { ...NOTHING, problems: [{ text: text`TL_PASS is required.` }] };
    expect(await formatted(report, "text")).toBe("TL_PASS is required.\n");
  });

  test("a single file with a problem is not said to have none", async () => {
    const report = { ...NOTHING, files: [WEB], problems: [{ file: WEB, text: text`is empty.` }] };
    expect(await formatted(report, "text")).toBe(`${WEB}\n  is empty.\n\n1 of 1 file has problems.\n`);
  });

  test.each([
    [1, "1 file has no problem.\n"],
    [12, "12 files have no problem.\n"],
    [11, "Notices not shown: 1. --format json has them.\n11 files have no problem.\n"],
  ])("of %i files without problems only the number is given", async (count, output) => {
    const files = Array.from({ length: count }, (_, index) => text`${index}.json`);
    const notices = count === 11 ? [{ text: text`cpu is set to 256.` }] : [];
    expect(await formatted({ ...NOTHING, files, notices, afterFailure: "Nothing." }, "text")).toBe(output);
  });

  test("several problems without a file are counted", async () => {
    const problems = [{ text: text`A.` }, { text: text`B.` }];
    expect(await formatted({ ...NOTHING, problems, afterFailure: "Nothing was synthesized." }, "text")).toBe(
      "A.\nB.\n2 problems. Nothing was synthesized.\n",
    );
  });

  test.each([40, 80, 200])(
    "lines of %i columns are wrapped at spaces, and never within JSON to be copied",
    async (columns) => {
      const json = '{"runtimeDefense": {"exclude": {"log_router": "FireLens router, its image has no entry point"}}}';
      const sentence = text`This container has no entry point, so nothing can be put in front of it. Name it, or write ${json} into the file beside the family, and say why.`;
      const report = { ...EXAMPLE, problems: [{ file: text`a.json`, line: 1, column: 1, text: sentence }] };
      const output = await formatted(report, "text", styleOf(terminal(columns), {}));
      const lines = stripVTControlCharacters(output).split("\n");
      const long = lines.filter((line) => stringWidth(line) > Math.min(columns, 120));
      expect(long.filter((line) => !line.includes(json))).toEqual([]);
      expect(lines.filter((line) => line.includes(json))).toHaveLength(1);
      expect(lines.filter((line) => line.startsWith("           ")).length).toBeGreaterThan(0);
    },
  );

  test("colours are only for terminals, and not if NO_COLOR is set", async () => {
    expect(await formatted(EXAMPLE, "text", styleOf(terminal(80), {}))).toContain("\u001b[31m");
    expect(await formatted(EXAMPLE, "text", styleOf(terminal(80), { NO_COLOR: "1" }))).not.toContain("\u001b");
    expect(await formatted(EXAMPLE, "text", styleOf(terminal(80), { NO_COLOR: "" }))).toContain("\u001b[31m");
    expect(await formatted(EXAMPLE, "text")).not.toContain("\u001b");
  });
});

// https://docs.github.com/actions/reference/workflow-commands-for-github-actions, and the runner's ActionCommand.cs
describe("as GitHub's workflow commands", () => {
  test("each problem is an error with its place, and is read back unchanged", async () => {
    const lines = (await formatted(EXAMPLE, "github")).split("\n").slice(0, -2);
    const read = lines.map((line) => {
      const [, kind = "", properties = "", message = ""] =
        /^::(error|notice)(?: ([^:]*))?::([^\r\n]*)$/.exec(line) ?? [];
      const pairs = properties
        .split(",")
        .filter(Boolean)
        .map((pair) => pair.split("="));
      return {
        kind,
        ...Object.fromEntries(pairs.map(([key, value = ""]) => [key, unescaped(value)])),
        message: unescaped(message),
      };
    });
    expect(read).toEqual([
      ...EXAMPLE.problems.map((one) => ({ kind: "error", ...githubProperties(one), message: one.text })),
      ...EXAMPLE.notices.map((one) => ({ kind: "notice", ...githubProperties(one), message: one.text })),
    ]);
  });

  function githubProperties({ file, line, column }: ProblemReport["problems"][number]) {
    return { ...(file && { file }), ...(line && { line: `${line}` }), ...(column && { col: `${column}` }) };
  }

  function unescaped(value: string): string {
    return value.replace(/%(0A|0D|3A|2C|25)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  }
});

// https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands, and the agent's Command.cs
describe("as Azure's logging commands", () => {
  test("each problem is an issue with its place, and is read back unchanged", async () => {
    const lines = (await formatted(EXAMPLE, "azure")).split("\n").slice(0, -2);
    const read = lines.map((line) => {
      const [, properties = "", message = ""] = /^##vso\[task\.logissue ([^\]]*)\]([^\r\n]*)$/.exec(line) ?? [];
      const pairs = properties.split(";").map((pair) => pair.split("="));
      return {
        ...Object.fromEntries(pairs.map(([key, value = ""]) => [key, unescaped(value)])),
        message: unescaped(message),
      };
    });
    expect(read).toEqual([
      ...EXAMPLE.problems.map((one) => ({ type: "error", ...azureProperties(one), message: one.text })),
      ...EXAMPLE.notices.map((one) => ({ type: "warning", ...azureProperties(one), message: one.text })),
    ]);
  });

  function azureProperties({ file, line, column }: ProblemReport["problems"][number]) {
    return {
      ...(file && { sourcepath: file }),
      ...(line && { linenumber: `${line}` }),
      ...(column && { columnnumber: `${column}` }),
    };
  }

  function unescaped(value: string): string {
    return value.replace(/%(3B|0D|0A|5D|AZP25)/g, (_, code: string) =>
      code === "AZP25" ? "%" : String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
});

test.each(["github", "azure"] as const)("no text from outside is a command of its own in %s", async (format) => {
  const commands = (await formatted(EXAMPLE, format)).match(/##vso\[|##\[|^::|(?<= )::/gm) ?? [];
  expect(new Set(commands).size).toBe(1);
  expect(commands).toHaveLength(EXAMPLE.problems.length + EXAMPLE.notices.length);
});

describe("as JUnit's XML", () => {
  test("each file is a test case, and a parser reads every sentence back", async () => {
    const suites = await parseJUnit(await formatted(EXAMPLE, "junit"));
    if (!suites || !("testsuite" in suites)) throw new Error("testsuites are expected");
    expect(suites).toMatchObject({ tests: 4, failures: 3 });
    const [suite, ...others] = suites.testsuite ?? [];
    expect(others).toEqual([]);
    expect(suite).toMatchObject({ name: "check", tests: 4, failures: 3, errors: 0 });
    const read = suite?.testcase?.map(({ name, failure }) => [name, failure?.[0]?.inner?.split("\n") ?? []]);
    const [ofNoFile, first, second, ofApi] = EXAMPLE.problems;
    expect(read).toEqual([
      [EXAMPLE.files[0], [`12:7 ${first?.text}`, `3:1 ${second?.text}`]],
      [EXAMPLE.files[1], [ofApi?.text]],
      [EXAMPLE.files[2], []],
      ["check", [ofNoFile?.text]],
    ]);
    expect(suite?.testcase?.[0]?.failure?.[0]?.message).toBe(`2 problems, the first: ${first?.text}`);
    expect(suite?.testcase?.[2]?.["system-out"]).toEqual(["2:3 cpu is set to 256."]);
  });

  test("a run without files or problems is one case that passes", async () => {
    const suites = await parseJUnit(await formatted(NOTHING, "junit"));
    expect(suites).toMatchObject({ tests: 1, failures: 0 });
  });
});

describe("as JSON", () => {
  const validate = new Ajv({ strict: true, allErrors: true }).compile(JSON.parse(readFileSync(SCHEMA, "utf8")));

  test("the output matches its schema, and holds every problem and notice", async () => {
    for (const report of [EXAMPLE, NOTHING]) {
      const output: unknown = JSON.parse(await formatted(report, "json"));
      expect({ isValid: validate(output), errors: validate.errors }).toEqual({ isValid: true, errors: null });
      expect(output).toMatchObject({ problems: report.problems, notices: report.notices });
    }
    expect(JSON.parse(await formatted(EXAMPLE, "json")).summary).toEqual({
      files: 3,
      filesWithProblems: 2,
      problems: 4,
    });
  });

  test("the schema refuses an object that it doesn't describe", () => {
    expect(validate({ command: "check", summary: {}, problems: [], notices: [] })).toBe(false);
  });
});
