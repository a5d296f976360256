import { toSummary } from "../../lib/report/summary";
import { EXAMPLE, fleet, reportOn, SHOP } from "./reports";

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const plain = (text: string) => text.replaceAll(/\u001b\[\d+m/g, "");

describe("the summary", () => {
  test("of a task with a container left out, notices, an own Defender image and an own role", async () => {
    expect(toSummary(await reportOn([SHOP]), false)).toMatchSnapshot();
  });

  test("gives a longer fleet a line a task, with the reasons of what was left out", async () => {
    const summary = toSummary(fleet(await reportOn([SHOP]), 11), false);
    expect(summary.split("\n").filter((text) => text.startsWith("shop-"))).toHaveLength(11);
    expect(summary).toContain(
      "shop-10   2 of 3 protected, left out log_router: FireLens router, its image has\n          no entrypoint, 2 notices in the report\n",
    );
    expect(summary.split("has to allow")).toHaveLength(2);
  });

  test("asks nothing of a role's owner when the stack grants the role what it needs", async () => {
    const summary = toSummary(await reportOn([SHOP], { grantsRoles: true }), false);
    expect(summary).toMatch(/^Role +\S+:role\/shop-execution gets what it needs\n +from the stack$/m);
    expect(summary).not.toContain("has to allow");
  });

  test.each([
    ["one task", 1],
    ["a fleet", 12],
  ])("of %s has lines of 80 columns, but for JSON to be copied", async (_, size) => {
    for (const documents of [[EXAMPLE], [SHOP]]) {
      const lines = toSummary(fleet(await reportOn(documents), size), false).split("\n");
      const long = lines.filter((line) => line.length > 80).map((line) => line.trim());
      for (const line of long) expect(line).toMatch(/^\[\{"Effect":\S+$/);
      for (const line of lines) expect(line).toBe(line.trimEnd());
    }
  });

  test("aligns what stands beside a name", async () => {
    const [family, ...rows] = toSummary(await reportOn([SHOP]), false)
      .trimEnd()
      .split("\n");
    expect(family).toBe("shop");
    const columns = rows.filter(Boolean).map((row) => /^ *(?:\w+ {2,})?(?=\S)/.exec(row)?.[0].length);
    expect(new Set(columns)).toEqual(new Set([14]));
  });

  test("is coloured on a terminal alone, where all else is the same", async () => {
    const report = await reportOn([SHOP]);
    expect(toSummary(report, true)).toContain("\u001b[33mleft out: FireLens");
    expect(toSummary(report, false)).not.toContain("\u001b");
    expect(plain(toSummary(report, true))).toBe(toSummary(report, false));
  });
});
