import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { isJsonArray, isJsonObject, type JsonValue } from "../../lib/json";
import { type Path, walk } from "../../lib/task/json-path";
import { parseTask } from "../../lib/task/parse-task";
import { run } from "./read";

const JUNK: readonly JsonValue[] = [
  null,
  true,
  -1.5,
  "",
  "junk",
  [],
  ["junk", null],
  [[{}]],
  {},
  { junk: {}, name: 1 },
  { toString: 1 },
];

function replaced(value: JsonValue, [key, ...rest]: Path, junk: JsonValue): JsonValue {
  if (key === undefined) return junk;
  if (isJsonArray(value)) return value.map((child, index) => (index === key ? replaced(child, rest, junk) : child));
  if (!isJsonObject(value)) return value;
  return { ...value, [key]: replaced(value[key] ?? null, rest, junk) };
}

test.each(["every-key.json", "envelope.json", "described.json"])(
  "junk at any place of %s ends in a task or in problems, never in another error",
  async (name) => {
    const document: JsonValue = JSON.parse(await readFile(join(__dirname, "fixtures", name), "utf8"));
    let refused = 0;
    const wrong: JsonValue[] = [];
    const places = [...walk(document)];
    for (const [path] of places) {
      for (const junk of JUNK) {
        const surroundings = { defaults: {}, images: new Map([["none", "nginx:1.29"]]) };
        const { value, findings } = run(parseTask(replaced(document, path, junk), surroundings));
        const problems = findings.filter(({ kind }) => kind === "problem");
        if (!value.task || problems.length > 0) refused += 1;
        const said = problems.map(({ text }) => text).join("\n");
        if ((!value.task && !said) || /undefined|\[object|NaN/.test(said)) wrong.push([path.join("."), junk, said]);
      }
    }
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(places.length * 4);
  },
);
