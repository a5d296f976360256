import { readFileSync } from "node:fs";

import { PlanError } from "../errors";
import { isDeeperThan, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { codeOf } from "../regular-file";
import { text } from "../text/safe-text";

/** Deep enough for modules in a hundred modules, and shallow enough for recursive functions. */
const DEEPEST = 1_000;

/** @throws PlanError when the file isn't the JSON of a plan. */
export function readPlanFile(file: string): JsonObject {
  const document = parseJson(file, read(file));
  if (isJsonObject(document) && !isDeeperThan(DEEPEST, document)) return document;
  const what = text`${file} must hold one JSON object of at most ${DEEPEST} levels`;
  throw new PlanError([text`${what}, as terraform show -json PLAN prints it.`]);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new PlanError([text`${file} can't be read (${codeOf(error)}). Check the path.`]);
  }
}

function parseJson(file: string, content: Buffer): JsonValue {
  try {
    const document: JsonValue = JSON.parse(decode(content));
    return document;
  } catch {
    // A saved plan is a zip file. The message of JSON.parse may quote a secret.
    const isSaved = content.subarray(0, 2).toString("latin1") === "PK";
    const what = isSaved ? "it is a binary plan file" : "it is not JSON";
    throw new PlanError([
      text`${file} can't be read as a plan: ${what}. Print it with terraform show -json PLAN > PLAN.json.`,
    ]);
  }
}

/** Decodes UTF-8, or UTF-16 with a byte order mark, which older PowerShells write for `>`. The decoder removes the mark. */
function decode(content: Buffer): string {
  const isUtf16 = content[0] === 0xff && content[1] === 0xfe;
  return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(content);
}
