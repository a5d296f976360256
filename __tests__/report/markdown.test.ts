import MarkdownIt from "markdown-it";

import { toMarkdown } from "../../lib/report/markdown";
import type { Report } from "../../lib/report/report";
import { join, type SafeText, text } from "../../lib/text/safe-text";
import { EXAMPLE, fleet, reportOn, SHOP } from "./reports";

describe("the Markdown report", () => {
  test("of a task with a container left out, notices, an own Defender image and an own role", async () => {
    expect(toMarkdown(await reportOn([SHOP]))).toMatchSnapshot();
  });

  test("says which Defender image has the licence token in its path", async () => {
    const markdown = toMarkdown(await reportOn([EXAMPLE]));
    expect(markdown).toContain(
      "`registry.example.com/twistlock/defender:defender_34_04_145` (its path holds the licence token) |",
    );
  });

  test("names the existing secret that the bundle is read from", async () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:bundle-AbCdEf:key::";
    const markdown = toMarkdown(await reportOn([EXAMPLE], { installBundle: { arn } }));
    expect(markdown).toContain(`- Install bundle: the existing secret \`${arn}\`\n`);
  });

  test("has an overview for several tasks, and none for one", async () => {
    const overview = [
      "| Task | Protected | CPU units | MiB | For the Defender | Notices |",
      "| --- | --- | ---: | ---: | ---: | ---: |",
      "| hello | all 1 | 256 | 512 | 0 / 256 | 1 |",
      "| shop | **2 of 3** | 512 | 1024 | 128 / 256 | 2 |",
    ].join("\n");
    expect(toMarkdown(await reportOn([EXAMPLE, SHOP]))).toContain(overview);
    expect(toMarkdown(await reportOn([SHOP]))).not.toContain("| Task |");
  });

  test("says once what a role of several tasks must allow", async () => {
    const report = fleet(await reportOn([SHOP]), 3);
    expect(toMarkdown(report).split("They must allow:")).toHaveLength(2);
  });

  test("says what the stack grants the role of a task", async () => {
    const markdown = toMarkdown(await reportOn([SHOP], { grantsRoles: true }));
    expect(markdown).toMatch(
      /^Execution roles of tasks: `\S+:role\/shop-execution`\. The stack grants:\n\n```json\n\[/m,
    );
    expect(markdown).not.toContain("must allow");
  });

  test("draws ten pictures at most", async () => {
    expect(toMarkdown(fleet(await reportOn([EXAMPLE]), 12)).split("```mermaid")).toHaveLength(11);
  });

  test.each([200, 5000])("of %i tasks stays below a mebibyte", async (size) => {
    const markdown = toMarkdown(fleet(await reportOn([SHOP]), size));
    expect(Buffer.byteLength(markdown)).toBeLessThan(2 ** 20);
    const sections = markdown.split("\n## ").length - 1;
    const leftOver = /^(\d+) more tasks would make this page too long: see runtime-defense\.json\.$/m.exec(
      markdown,
    )?.[1];
    expect(sections + Number(leftOver ?? 0)).toBe(size);
    expect(sections).toBeGreaterThanOrEqual(200);
  });

  test("stays below a mebibyte with long names and as many roles as tasks, and has a part of each", async () => {
    const report = fleet(await reportOn([SHOP]), 5000);
    const tasks = report.tasks.map((task, index) => {
      const arn = text`arn:aws:iam::111122223333:role/own-${index}`;
      const statements = [{ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: `secret-${index}` }];
      const executionRole = { kind: "task", arn, statements, granted: false } as const;
      return { ...task, executionRole, family: text`${"f".repeat(200)}-${index}` };
    });
    const markdown = toMarkdown({ ...report, tasks });
    expect(Buffer.byteLength(markdown)).toBeLessThan(2 ** 20);
    expect(markdown).toMatch(/^\d+ more tasks would make this page too long: /m);
    expect(markdown).toMatch(/^\d+ more permission sets would make this page too long: /m);
    for (const part of [`| ${"f".repeat(200)}-0 |`, "role/own-0`. They must allow:", `\n## ${"f".repeat(200)}-0\n`])
      expect(markdown).toContain(part);
  });
});

describe("a picture", () => {
  const LINE =
    /^(graph LR| {2}subgraph task\["task LABEL"\]| {4}(container\d+|defender)\["LABEL"\]| {2}end| {2}container\d+ --> defender| {2}role\(\["LABEL"\]\) -->\|reads\| secret\[\("LABEL"\)\]| {2}secret -->\|is given to\| defender| {2}defender -->\|reports to\| console\{\{"LABEL"\}\}| {2}style container\d+ stroke-dasharray: 5 5)$/;

  test.each([
    ["the plain report", (report: Report) => report],
    [
      "a report full of markup",
      (report: Report) => hostile(report, `"]; click x "javascript:alert(1)" %%{init}%% end\n  --> <b>`),
    ],
  ])("of %s has only lines of Mermaid that Azure DevOps accepts, too", async (_, change) => {
    const [, picture = ""] = /```mermaid\n([\s\S]*?)\n```/.exec(toMarkdown(change(await reportOn([SHOP])))) ?? [];
    expect(picture.split("\n").length).toBeGreaterThan(10);
    for (const line of picture.split("\n")) {
      expect(
        line
          .replace(/"[^"<>{}\\]*"/g, '"LABEL"')
          .replace('"LABEL"', line.includes("subgraph") ? '"task LABEL"' : '"LABEL"'),
      ).toMatch(LINE);
    }
  });
});

// What text from outside could try to be: a cell, code, HTML, links, mentions, commands, structure.
const HOSTILE = [
  "a | b | c",
  "`code` ``` ~~~",
  "<script>alert(1)</script><img src=x onerror=alert(1)>",
  "<!-- hidden",
  "</table></details>",
  "[link](https://evil.example) ![image](https://evil.example/x.png)",
  "https://evil.example; www.evil.example; //evil.example; //localhost",
  "evil.com; evil.org",
  "mailto:someone@evil.com; ftp://evil.com; HTTP://evil.com",
  "<https://evil.example>",
  "@someone @<00000000-0000-0000-0000-000000000000> #123 AB#123 !45",
  "##vso[task.complete result=Succeeded] ##[error]",
  "**bold** __bold__ _it_ a_b_c *it* ~~gone~~ $x$ \\| \\`",
  "# heading",
  "- item",
  "+ item",
  "* item",
  "> quote",
  "1. item",
  "2) item",
  "--- ===",
  "::: mermaid",
  "[[_TOC_]] :smile: &lt;b&gt; &#124;",
  "first\n\n# second\r\n| third |",
  "[x]: https://evil.example",
  "    indented",
];

describe("text from outside", () => {
  const renderer = new MarkdownIt({ html: true, linkify: true });
  renderer.linkify.set({ fuzzyLink: true, fuzzyEmail: true });

  test.each(HOSTILE)("%j is rendered as text only", async (outside) => {
    const report = await reportOn([SHOP, EXAMPLE]);
    const markdown = toMarkdown(hostile(report, outside));
    const harmless = toMarkdown(hostile(report, "qwerty"));
    expect(structure(markdown)).toEqual(structure(harmless));
    // The text is complete in every place: the renderer silently drops an additional cell.
    const page = shown(renderer.render(markdown)).split(shown(renderer.utils.escapeHtml(outside)));
    expect(page).toHaveLength(shown(renderer.render(harmless)).split("qwerty").length);
  });

  test.each(HOSTILE)("%j is neither a mention nor a command", async (outside) => {
    const outsideOfCode = toMarkdown(hostile(await reportOn([SHOP]), outside))
      .replace(/^```[\s\S]*?^```$/gm, "")
      .replace(/`[^`\n]+`/g, "");
    expect(outsideOfCode).not.toMatch(/@|!\d|##vso|##\[|(?<!&)#\d|:[\w:/]/);
  });

  /** The structure of a page, without its words. */
  function structure(markdown: string): readonly string[] {
    const tokens = renderer.parse(markdown, {}).flatMap((token) => [token, ...(token.children ?? [])]);
    const kinds = tokens.map(({ type, tag, info }) =>
      type === "text" || type === "code_inline" ? "text" : `${type} ${tag} ${info}`,
    );
    return kinds.filter((kind, index) => !(kind === "text" && kinds[index - 1] === "text"));
  }

  /** The page's words and tables, without its pictures. */
  function shown(html: string): string {
    const kept = html.replaceAll(/<pre>[\s\S]*?<\/pre>|<\/?code>/g, "");
    return kept.replaceAll(/\s+/g, " ").trim();
  }
});

/** The report with this text in all places that text from outside can reach, as if nothing had made it safe. */
function hostile(report: Report, text: string): Report {
  const outside = text as SafeText;
  return {
    ...report,
    console: { url: outside, version: outside },
    installBundle: { kind: "existing", arn: outside },
    tasks: report.tasks.map((task) => ({
      ...task,
      file: outside,
      defender: { ...task.defender, version: outside, image: outside, logGroup: outside },
      containers: task.containers.map((container) => ({
        ...container,
        image: outside,
        reason: container.reason === null ? null : outside,
      })),
      changes: task.changes.map((change) => ({ ...change, change: join([change.field, outside], " ") })),
      notices: [outside, join([outside, outside], " and ")],
    })),
  };
}
