import type { JsonValue } from "../json";
import { type SafeText, text } from "../text/safe-text";
import { changeByTerraform } from "../text/terraform-changes";
import { problem, type Step } from "./finding";
import { walk } from "./json-path";

/** Reports everything in the document that something on the way would silently change or drop. */
export function* checkText(document: JsonValue): Step {
  for (const [path, value] of walk(document)) {
    const reason = whyNot(path.at(-1), value);
    if (reason) yield problem(path)`${reason}`;
  }
}

function whyNot(key: string | number | undefined, value: JsonValue): SafeText | undefined {
  if (typeof key === "number" && value === null) return NULL_IN_LIST;
  if (typeof key === "string" && (key in Object.prototype || key === "prototype")) {
    return text`a key named ${key} would be lost on the way. Rename it.`;
  }
  for (const part of [key, value]) {
    if (typeof part !== "string") continue;
    const change = part.includes("TfToken[") ? TOKEN : changeByTerraform(part);
    if (change) return change;
  }
  return undefined;
}

const NULL_IN_LIST = text`null in a list. Remove it.`;
const TOKEN = text`"TfToken[" is reserved by CDKTF, which would replace it. Rename it.`;
