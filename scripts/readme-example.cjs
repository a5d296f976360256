"use strict";

// npm run readme-example: writes the demo's summary of the example into README.md. A test fails when it is out of date.

const { execFileSync } = require("node:child_process");
const { readFileSync, writeFileSync } = require("node:fs");
const path = require("node:path");

const PLACE = /(?<=<!-- example -->\n)[\s\S]*?(?=<!-- \/example -->)/;

/** The README with the summary from `output`, which the demo printed. */
exports.withExample = (readme, output) => {
  const [summary] = /^prisma-runtime-defense$[\s\S]*^Report .*$/m.exec(output) ?? [];
  if (!summary) throw new Error("The demo printed no summary.");
  if (!PLACE.test(readme)) throw new Error("README.md has no place for the example.");
  // The demo listens on any free port.
  const text = summary.replace(/(?<=127\.0\.0\.1:)\d+/, "8083");
  return readme.replace(PLACE, () => `\`\`\`text\n${text}\n\`\`\`\n`);
};

if (require.main === module) {
  const root = path.dirname(__dirname);
  const readme = path.join(root, "README.md");
  const output = execFileSync(process.execPath, ["scripts/demo.cjs"], { cwd: root, encoding: "utf8" });
  writeFileSync(readme, exports.withExample(readFileSync(readme, "utf8"), output));
}
