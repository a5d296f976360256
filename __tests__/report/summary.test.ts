import { PassThrough } from "node:stream";

import { styleOf } from "../../lib/report/style";
import { toSummary } from "../../lib/report/summary";
import { text } from "../../lib/text/safe-text";
import { EXAMPLE, fleet, PLACES, reportOn, SHOP } from "./reports";

const PLAIN = styleOf(new PassThrough(), {});
const TERMINAL = styleOf(Object.assign(new PassThrough(), { isTTY: true, columns: 80 }), {});

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const plain = (text: string) => text.replaceAll(/\u001b\[\d+m/g, "");

describe("the summary", () => {
  test("of a task with a container left out, notices, an own Defender image and an own role", async () => {
    expect(toSummary(await reportOn([SHOP]), PLACES, PLAIN)).toMatchSnapshot();
  });

  test("calls the version of a mirror unknown if its tag doesn't name one", async () => {
    const report = await reportOn([{ ...EXAMPLE, runtimeDefense: { defenderImage: "mirror.example.com/defender:7" } }]);
    expect(report.tasks[0]?.defender.version).toBeNull();
    expect(toSummary(report, PLACES, PLAIN)).toMatch(
      /^ {2}Defender +version unknown, mirror\.example\.com\/defender:7/m,
    );
  });

  test("has one line per task for a larger fleet, with the reasons of exclusions", async () => {
    const summary = toSummary(fleet(await reportOn([SHOP]), 11), PLACES, PLAIN);
    expect(summary.split("\n").filter((text) => text.startsWith("shop-"))).toHaveLength(11);
    expect(summary).toContain(
      "shop-10   2 of 3 protected, left out log_router: FireLens router, its image has\n          no entrypoint, 2 notices in the report\n",
    );
    expect(summary.split("must allow")).toHaveLength(2);
  });

  test("asks nothing of a role's owner when the stack grants the role what it needs", async () => {
    const summary = toSummary(await reportOn([SHOP], { grantsRoles: true }), PLACES, PLAIN);
    expect(summary).toMatch(/^Roles +the stack grants \S+:role\/shop-execution\n +what the tasks need$/m);
    expect(summary).not.toContain("must allow");
  });

  test.each([
    ["one task", 1],
    ["a fleet", 12],
  ])("of %s has lines of 80 columns, except for long words and JSON to be copied", async (_, size) => {
    for (const documents of [[EXAMPLE], [SHOP]]) {
      const lines = toSummary(fleet(await reportOn(documents), size), PLACES, PLAIN).split("\n");
      const long = lines.filter((line) => line.length > 80).map((line) => line.trim());
      for (const line of long) expect(line).toMatch(/^\S+$/);
      for (const line of lines) expect(line).toBe(line.trimEnd());
    }
  });

  test("on a terminal has lines of its width", async () => {
    const narrow = styleOf(Object.assign(new PassThrough(), { isTTY: true, columns: 60 }), {});
    const summary = toSummary(await reportOn([SHOP]), PLACES, narrow);
    expect(summary).toContain(
      " 512 CPU units and 1024 MiB, of which 128 CPU\n              units and 256 MiB are to be left",
    );
  });

  test("aligns the texts beside the names", async () => {
    const [family, ...rows] = toSummary(await reportOn([SHOP]), PLACES, PLAIN)
      .trimEnd()
      .split("\n");
    expect(family).toBe("shop");
    const columns = rows.filter(Boolean).map((row) => /^ *(?:\w+ {2,})?(?=\S)/.exec(row)?.[0].length);
    expect(new Set(columns)).toEqual(new Set([14]));
  });

  test("is coloured only on a terminal, with the same text", async () => {
    const report = await reportOn([SHOP]);
    expect(toSummary(report, PLACES, TERMINAL)).toContain("\u001b[33mleft out: FireLens");
    expect(toSummary(report, PLACES, PLAIN)).not.toContain("\u001b");
    expect(plain(toSummary(report, PLACES, TERMINAL))).toBe(toSummary(report, PLACES, PLAIN));
  });

  describe("of roles of the tasks' own", () => {
    const role = (name: string, ...resources: readonly string[]) => ({
      kind: "task" as const,
      arn: text`arn:aws:iam::111122223333:role/${name}`,
      granted: false,
      statements: resources.map((Resource) => ({ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource })),
    });

    async function rolesOf(roles: readonly ReturnType<typeof role>[]): Promise<readonly string[]> {
      const report = fleet(await reportOn([EXAMPLE]), roles.length);
      const tasks = report.tasks.map((task, index) => ({
        ...task,
        executionRole: roles[index] ?? { kind: "stack" as const },
      }));
      return toSummary(
        { ...report, tasks },
        PLACES,
        styleOf(Object.assign(new PassThrough(), { isTTY: true, columns: 120 }), { NO_COLOR: "1" }),
      )
        .split("\n")
        .filter((line) => /^ *Roles |must allow|^ +\[/.test(line));
    }

    test("says each statement once, with all roles that need it", async () => {
      const lines = await rolesOf([role("a", "bundle", "a"), role("b", "bundle"), role("a", "bundle", "a")]);
      const rows = lines
        .join("\n")
        .split(/^Roles +/m)
        .slice(1);
      expect(rows.map((row) => row.replace(/\s+/g, " ").trim())).toEqual([
        'arn:aws:iam::111122223333:role/a, arn:aws:iam::111122223333:role/b must allow [{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"bundle"}]',
        'arn:aws:iam::111122223333:role/a must allow [{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"a"}]',
      ]);
    });

    test("leaves the names of many roles that need the same to the report", async () => {
      const lines = await rolesOf(Array.from({ length: 30 }, (_, index) => role(`r${index}`, "bundle")));
      expect(lines.join(" ").replace(/\s+/g, " ")).toBe(
        'Roles 30 roles, which cdktf.out/runtime-defense.md lists, must allow [{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"bundle"}]',
      );
    });

    test("leaves a long list to the report", async () => {
      const lines = await rolesOf(Array.from({ length: 30 }, (_, index) => role(`r${index}`, "bundle", `${index}`)));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^Roles +30 roles must allow what cdktf\.out\/runtime-defense\.md lists$/);
    });

    test("is one row for 30 tasks whose roles need the same", async () => {
      const lines = await rolesOf(Array.from({ length: 30 }, () => role("one", "bundle")));
      expect(lines.filter((line) => line.startsWith("Roles"))).toHaveLength(1);
    });
  });
});

test.each([{ columns: 0 }, {}])("a terminal that doesn't know its width has lines of 80 columns: %j", (width) => {
  expect(styleOf(Object.assign(new PassThrough(), { isTTY: true, ...width }), {})).toMatchObject({ columns: 80 });
});
