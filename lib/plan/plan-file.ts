import { readFileSync } from "node:fs";

import { PlanError } from "../errors";
import { isJsonObject, type JsonObject, type JsonValue } from "../json";
import { codeOf } from "../regular-file";
import { text } from "../text/safe-text";

/** @throws PlanError when the file isn't the JSON of a plan. */
export function readPlanFile(file: string): JsonObject {
  const document = parseJson(file, read(file));
  if (isJsonObject(document)) return document;
  throw new PlanError([text`${file} must hold one JSON object, as terraform show -json PLAN prints it.`]);
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
    const document: JsonValue = JSON.parse(content.toString("utf8"));
    return document;
  } catch {
    // A saved plan is a zip file. What JSON.parse says may quote a secret.
    const isSaved = content.subarray(0, 2).toString("latin1") === "PK";
    const what = isSaved ? "it is a saved plan itself" : "it is not JSON";
    throw new PlanError([
      text`${file} can't be read as a plan: ${what}. Print it with terraform show -json PLAN > PLAN.json.`,
    ]);
  }
}
