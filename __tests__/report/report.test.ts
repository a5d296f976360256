import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import Ajv2020 from "ajv/dist/2020";

import { toMarkdown } from "../../lib/report/markdown";
import { styleOf } from "../../lib/report/style";
import { toSummary } from "../../lib/report/summary";
import { INSTALL_BUNDLE } from "../../local-console/defender";
import { startLocalConsole } from "../../local-console/server";
import { run, temporaryFolders, variablesFor } from "../entry";
import { EXAMPLE, fleet, PLACES, reportOn, SHOP } from "./reports";

const PLAIN = styleOf(process.stdout, { NO_COLOR: "1" });
const newFolder = temporaryFolders();
const schema = JSON.parse(readFileSync(resolve(__dirname, "../../docs/report.schema.json"), "utf8"));
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

describe("docs/report.schema.json", () => {
  test("describes what a run writes", async () => {
    const local = await startLocalConsole();
    const folder = newFolder();
    try {
      mkdirSync(join(folder, "tasks"));
      for (const task of [EXAMPLE, SHOP])
        writeFileSync(join(folder, `tasks/${task.family}.json`), JSON.stringify(task));
      const environment = { ...variablesFor(local), TASK_DEFINITION_PATH: "tasks" };
      expect(await run(["synth"], { folder, environment })).toMatchObject({ status: 0 });
      const report = JSON.parse(readFileSync(join(folder, "cdktf.out/runtime-defense.json"), "utf8"));
      expect(validate(report) || validate.errors).toBe(true);
      expect(readFileSync(join(folder, "cdktf.out/runtime-defense.md"), "utf8")).toBe(toMarkdown(report));
    } finally {
      await local.close();
    }
  });

  test("describes a report with an existing secret", async () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:bundle-AbCdEf";
    const report = await reportOn([SHOP], { installBundle: { arn } });
    expect(validate(report) || validate.errors).toBe(true);
  });

  test.each([
    ["another key", (report: object) => ({ ...report, more: 1 })],
    ["no tasks", (report: object) => ({ ...report, tasks: [] })],
    ["a line break in a text", (report: object) => ({ ...report, region: "eu\nwest" })],
  ])("refuses a report with %s", async (_, change) => {
    expect(validate(change(await reportOn([EXAMPLE])))).toBe(false);
  });
});

describe("a report", () => {
  test.each([
    [[EXAMPLE], { containers: 1, protected: 1, percent: 100 }],
    [[SHOP], { containers: 3, protected: 2, percent: 66 }],
    [[EXAMPLE, SHOP], { containers: 4, protected: 3, percent: 75 }],
  ])("counts what is covered, rounded down (case %#)", async (documents, coverage) => {
    expect((await reportOn(documents)).coverage).toEqual(coverage);
  });

  test("is the same at every run", async () => {
    expect(JSON.stringify(await reportOn([SHOP, EXAMPLE]))).toBe(JSON.stringify(await reportOn([SHOP, EXAMPLE])));
  });

  test("holds neither a secret nor control characters nor commands, wherever they come from", async () => {
    const bad = `\u001b[31m##vso[task.complete]\u202e tw_abcdefghijklmnop ${INSTALL_BUNDLE}`;
    const report = await reportOn([
      {
        ...SHOP,
        containerDefinitions: SHOP.containerDefinitions.map((container) => ({
          ...container,
          image: `r.example.com/tw_abcdefghijklmnop/${container.name}:1`,
        })),
        runtimeDefense: {
          exclude: { log_router: bad },
          defenderImage: "r.example.com/tw_abcdefghijklmnop/defender:defender_1_2_3",
        },
      },
    ]);
    for (const text of [
      JSON.stringify(report),
      toMarkdown(report),
      toSummary(report, PLACES, PLAIN),
      toSummary(fleet(report, 12), PLACES, PLAIN),
    ]) {
      expect(text).toContain("redacted");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the texts must not hold these
      expect(text).not.toMatch(/abcdefghijklmnop|##vso\[|[\u0000-\u0009\u000b-\u001f\u202e]/);
      expect(text).not.toContain(INSTALL_BUNDLE);
    }
    expect(report.tasks[0]?.defender).toMatchObject({
      version: "1.2.3",
      image: "r.example.com/tw_[redacted]/defender:defender_1_2_3",
    });
  });
});
