import fc from "fast-check";

import { clean, type JsonObject } from "../../lib/json";
import { read, TASK } from "./read";

const text = fc.string({ unit: "grapheme", minLength: 1 }).map((value) => value.normalize("NFC"));
const variable = text.filter((name) => name.trim() !== "" && !name.includes("="));
const key = fc.stringMatching(/^[a-z]{1,8}\.[a-z]{1,8}$/);

test("reading keeps every text, and removes only nulls and empty values", async () => {
  const container = fc.record(
    {
      name: fc.constant("app"),
      image: fc.constant("app:1"),
      entryPoint: fc.array(text, { minLength: 1, maxLength: 3 }),
      command: fc.option(fc.array(text, { maxLength: 3 })),
      environment: fc.option(fc.array(fc.record({ name: variable, value: text }), { maxLength: 3 })),
      dockerLabels: fc.option(fc.dictionary(key, text, { maxKeys: 3 })),
      mountPoints: fc.constantFrom(null, []),
    },
    { requiredKeys: ["name", "image", "entryPoint"] },
  );
  await fc.assert(
    fc.asyncProperty(container, async (generated) => {
      const task: JsonObject = { ...TASK, containerDefinitions: [generated] };
      expect((await read(task)).definition).toEqual(clean(task));
    }),
    { numRuns: 200, examples: [[{ name: "app", image: "app:1", entryPoint: [`\${a}`, "%{b}", 'q"\n\u2028', "\\"] }]] },
  );
});
