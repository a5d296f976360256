import type { JsonValue } from "../json";
import { isStable } from "../outside-text";
import { problem, type Step } from "./finding";
import { pathText, walk } from "./json-path";

/** What no task definition may hold anywhere, because something on the way would change or drop it without a word. */
export function* checkText(document: JsonValue): Step {
  for (const { path, value } of walk(document)) {
    const reason = whyNot(path.at(-1), value);
    if (reason) yield problem(`${pathText(document, path)}: ${reason}`);
  }
}

function whyNot(key: string | number | undefined, value: JsonValue): string | undefined {
  if (typeof key === "number" && value === null) return "null in a list. Take it off.";
  if (typeof key === "string" && (key in Object.prototype || key === "prototype")) {
    return `a key named ${key} would be lost. Rename it.`;
  }
  const texts = [key, value].filter((text) => typeof text === "string");
  if (texts.some((text) => !isStable(text)))
    return "isn't in Unicode's form NFC, into which Terraform brings it. Write it so.";
  const hasToken = texts.some((text) => text.includes("TfToken["));
  return hasToken ? '"TfToken[" is reserved by CDKTF, which would replace it. Rename it.' : undefined;
}
