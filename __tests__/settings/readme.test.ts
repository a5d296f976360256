import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import * as v from "valibot";

import { VARIABLES } from "../../lib/settings/settings";

const README = readFileSync(join(resolve(__dirname, "../.."), "README.md"), "utf8");

type Row = { readonly names: readonly string[]; readonly required: string; readonly meaning: string };

const ROWS: readonly Row[] = tableBelow("## Variables");
const DOCUMENTED = ROWS.flatMap(({ names }) => names);
const SCHEMAS = new Map<string, v.GenericSchema<unknown>>(Object.entries(VARIABLES));

test("the README's table is read", () => {
  expect(DOCUMENTED.length).toBeGreaterThan(20);
  expect(DOCUMENTED).toEqual(expect.arrayContaining(["TL_PASS", "TF_STATE_S3_KEY", "TF_STATE_AZURE_CONTAINER"]));
  expect(new Set(DOCUMENTED).size).toBe(DOCUMENTED.length);
});

test("every variable in the README's table exists", () => {
  expect(DOCUMENTED.filter((name) => !SCHEMAS.has(name))).toEqual([]);
});

test("every variable is in the README's table", () => {
  const undocumented = [...SCHEMAS.keys()].filter((name) => !DOCUMENTED.includes(name));
  expect(undocumented).toEqual([]);
});

test("the README's table marks exactly the required variables as required", () => {
  const required = ROWS.filter((row) => row.required === "yes").flatMap(({ names }) => names);
  expect(required).toEqual(DOCUMENTED.filter((name) => !isOptional(name)));
});

test("the README's table has every default, and each is correct", () => {
  const documented = ROWS.map(({ names, meaning }) => ({ names, defaults: defaultsIn(meaning) }));
  const expected = ROWS.map(({ names }) => ({ names, defaults: names.flatMap(defaultOf) }));
  expect(documented).toEqual(expected);
});

test("the limits of numbers in the README's table are correct", () => {
  const ranges = ROWS.flatMap(({ names: [name = ""], meaning }) => {
    const [, min, max] = /, (\d+) to (\d+),/.exec(meaning) ?? [];
    return min === undefined ? [] : [{ name, min: Number(min), max: Number(max) }];
  });
  expect(ranges.length).toBeGreaterThan(2);
  for (const { name, min, max } of ranges) {
    const accepted = [min - 1, min, max, max + 1].filter((number) => v.is(SCHEMAS.get(name) ?? v.never(), `${number}`));
    expect({ name, accepted }).toEqual({ name, accepted: [min, max] });
  }
});

test("the defaults in a row's text are found", () => {
  expect(defaultsIn("tries, default 7; `v1` (default), default `a.json`, the default tags")).toEqual([
    "v1",
    "7",
    "a.json",
  ]);
});

function isOptional(name: string): boolean {
  return SCHEMAS.get(name)?.type === "optional";
}

// An empty text or object is not documented as a default.
function defaultOf(name: string): readonly string[] {
  const schema = SCHEMAS.get(name);
  const value = schema && v.getDefault(schema);
  return typeof value === "string" && !["", "{}"].includes(value) ? [value] : [];
}

function defaultsIn(meaning: string): readonly string[] {
  const marked = [...meaning.matchAll(/`([^`]+)` \(default\)/g)];
  const named = [...meaning.matchAll(/\bdefault (?:`([^`]+)`|(\d+))/gi)];
  return [...marked, ...named].flatMap(([, text, number]) => text ?? number ?? []);
}

// A cell names its variables as `A`, `B`, or as `A_X` (+ `_KEY`, `_REGION`), where `_KEY` means `A_KEY`.
function tableBelow(heading: string): readonly Row[] {
  const section = README.slice(README.indexOf(`\n${heading}\n`)).split(/\n## /)[1] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [names = "", required = "", ...meaning] = row.split(" | ");
    return { names: namesIn(names), required, meaning: meaning.join(" | ") };
  });
}

function namesIn(cell: string): readonly string[] {
  const all = [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
  const first = all[0] ?? "";
  const stem = /^TF_STATE_[^_]+/.exec(first)?.[0] ?? first;
  return all.map((name) => (name.startsWith("_") ? `${stem}${name}` : name));
}
