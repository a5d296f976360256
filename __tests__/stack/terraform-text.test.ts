// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's, not ours
import * as fc from "fast-check";

import { OutputError } from "../../lib/errors";
import { escapeAll, escapedJson, escapeTerraform, evaluateTemplate } from "../../lib/stack/terraform-text";

test.each([
  ["plain $ and % and { and }", "plain $ and % and { and }"],
  ["${a}", "$${a}"],
  ["%{a}", "%%{a}"],
  ["$${a}", "$$${a}"],
  ["%%{a}", "%%%{a}"],
  ["$$${a}", "$$$${a}"],
  ["${", "$${"],
  ["${${a}}", "$${$${a}}"],
  ["$%{a}", "$%%{a}"],
  ["%${a}", "%$${a}"],
])("%j is written as %j, and read back unchanged", (text, escaped) => {
  expect(escapeTerraform(text)).toBe(escaped);
  expect(evaluateTemplate(escaped)).toBe(text);
});

test("any text is read back unchanged", () => {
  const texts = fc.string({ unit: fc.constantFrom("$", "%", "{", "}", "a", "~", "\\", '"', "\n", "é") });
  fc.assert(fc.property(texts, (text) => evaluateTemplate(escapeTerraform(text)) === text));
});

test("text that CDKTF would read as its own token is refused", () => {
  expect(() => escapeTerraform("a ${TfToken[TOKEN.0]}")).toThrow(
    'a ${TfToken[TOKEN.0]} holds "TfToken[", which CDKTF would replace. Rename it.',
  );
  expect(() => escapeAll({ a: [{ "TfToken[1": "b" }] })).toThrow(OutputError);
});

const NOT_NORMALIZED = "is not NFC-normalized, and Terraform would change it. Save it as NFC.";
const UNUSUAL =
  "has combining marks, a byte order mark (U+FEFF), or a carriage return next to $${ or %%{, and Terraform would change it. Remove them.";

// What Terraform makes of each was tried by a real `terraform apply` with an output.
test.each([
  ["a\u0301", NOT_NORMALIZED],
  ["\u212a", NOT_NORMALIZED],
  ["\ud800", NOT_NORMALIZED],
  ["a\n\u0303", UNUSUAL],
  ["\ufeffteam", UNUSUAL],
  [`x${"\u0316".repeat(31)}`, UNUSUAL],
  [`\u1e69${"\u0316".repeat(29)}`, UNUSUAL],
  ["\uff9e".repeat(31), UNUSUAL],
  [`x${"\u11a8".repeat(31)}`, UNUSUAL],
  ["a\rb$${c}", UNUSUAL],
  ["a\r\nb%%{c}", UNUSUAL],
])("text that Terraform would change is refused: %j", (text, message) => {
  expect(() => escapeTerraform(text)).toThrow(message);
});

test.each([
  `x${"\u0316".repeat(30)}`,
  "a\ufeffb",
  "\uac00\uac01".repeat(40),
  "a\rb${c}",
  "a\nb$${c}",
  "\u0928\u093f".repeat(40),
])("text that Terraform keeps is written: %j", (text) => {
  expect(evaluateTemplate(escapeTerraform(text))).toBe(text);
});

test.each(["\ufeffteam", `x${"\u0316".repeat(31)}`, "a\r$$${c}"])(
  "a template whose text Terraform would change is refused: %j",
  (template) => {
    expect(() => evaluateTemplate(template)).toThrow(/^cdk\.tf\.json: .* and Terraform would change it\./);
  },
);

test("a template is read NFC-normalized, as Terraform reads it", () => {
  expect(evaluateTemplate("FARGATE_TAS\u212a")).toBe("FARGATE_TASK");
});

test("every string and key of a value is escaped, without exception", () => {
  const value = { "${key}": ["${ours}", "${ours} and more", 7, true, null], b: { c: "%{x" } };
  expect(escapeAll(value)).toStrictEqual({
    "$${key}": ["$${ours}", "$${ours} and more", 7, true, null],
    b: { c: "%%{x" },
  });
});

const pieces = fc.constantFrom("$", "%", "{", "}", "${ours}", "\\", '"', "\n", "\0", "é", "a");
const anyText = fc.string({ unit: pieces });

test("escaping JSON as a whole gives the same as escaping its strings one by one", () => {
  const values = fc.array(fc.oneof(anyText, fc.dictionary(anyText, anyText)));
  fc.assert(
    fc.property(values, (value) => {
      expect(escapedJson(value)).toBe(JSON.stringify(escapeAll(value)));
    }),
  );
});

test.each(["a\u0301", "\ud800", "a\n\u0303", "TfToken["])("JSON with this text is refused: %j", (text) => {
  expect(() => escapedJson([{ [text]: "a" }])).toThrow(OutputError);
  expect(() => escapedJson([{ a: text }])).toThrow(OutputError);
});

test("known expressions are evaluated, once", () => {
  expect(evaluateTemplate("a ${x} b ${x}", { x: "${y}" })).toBe("a ${y} b ${y}");
});

test.each(["${x}", "${", "%{ if true }", "%{", "a${}b", "${a{b}}", "$$$${x}${y}"])(
  "an unknown expression is refused: %s",
  (template) => {
    expect(() => evaluateTemplate(template, { z: "" })).toThrow(OutputError);
    expect(() => evaluateTemplate(template, { z: "" })).toThrow("cdk.tf.json holds an unexpected expression: ");
  },
);

test("names that objects inherit are unknown expressions", () => {
  for (const name of ["constructor", "toString", "__proto__"]) {
    expect(() => evaluateTemplate(`\${${name}}`)).toThrow(OutputError);
  }
});
