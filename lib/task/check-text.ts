import type { JsonValue } from "../json";
import { problem, type Step } from "./finding";
import { show, walk } from "./json-path";

/** What no task definition may hold anywhere, because something on the way would change or drop it without a word. */
export function* checkText(document: JsonValue): Step {
  for (const { path, value } of walk(document)) {
    const key = path.at(-1);
    const at = show(document, path);
    if (typeof key === "number" && value === null) yield problem(`${at}: null in a list. Take it off.`);
    if (typeof key === "string" && (key in Object.prototype || key === "prototype")) {
      yield problem(`${at}: a key named ${key} would be lost. Rename it.`);
    }
    const hasToken = [key, value].some((text) => typeof text === "string" && text.includes("TfToken["));
    if (hasToken) yield problem(`${at}: "TfToken[" is reserved by CDKTF, which would replace it. Rename it.`);
  }
}
