import { isJsonObject, type JsonObject, type JsonValue, objectOf } from "../json";
import { text } from "../text/safe-text";
import { checkKeys } from "./check-keys";
import { checkSchema } from "./check-schema";
import { checkText } from "./check-text";
import { collect, type Step } from "./finding";
import { checkPlaceholders } from "./placeholders";
import { RuntimeDefenseSchema } from "./runtime-defense";
import { parseSource, type Remark, remarksOf, UnreadableError } from "./source";
import { readText } from "./task-files";

/**
 * Reads a file with the default `runtimeDefense` of every task.
 *
 * @param from the variable or option that holds the path
 * @throws UnreadableError with every problem
 */
export function readDefaults(path: string, from = "RUNTIME_DEFENSE_DEFAULTS"): JsonObject {
  const source = parseSource(readText(path, from, "the default runtimeDefense"));
  const { value, problems } = collect(checkDefaults(source.document));
  if (problems.shown.length > 0) throw new UnreadableError(remarksOf(problems, source, "problem"));
  return value;
}

function* checkDefaults(document: JsonValue): Step<JsonObject> {
  const { runtimeDefense, ...others } = objectOf(document);
  if (!isJsonObject(runtimeDefense) || Object.keys(others).length > 0) throw new UnreadableError([EXPECTED]);
  yield* checkText(document);
  const reported = yield* checkPlaceholders({ runtimeDefense });
  yield* checkKeys(RuntimeDefenseSchema, runtimeDefense, ["runtimeDefense"]);
  yield* checkSchema(RuntimeDefenseSchema, runtimeDefense, ["runtimeDefense"], reported);
  return runtimeDefense;
}

const EXAMPLE = '{"runtimeDefense": {"excludeLogRouters": "log routers break when wrapped"}}';
const EXPECTED: Remark = { text: text`must be an object with only the key runtimeDefense, such as ${EXAMPLE}.` };

/**
 * Merges the task's own `runtimeDefense` over the defaults, key by key, also within its objects.
 *
 * @param names the task's containers: default exclusions of others are dropped
 */
export function withDefaults(written: JsonValue, defaults: JsonObject, names: ReadonlySet<string>): JsonValue {
  if (!isJsonObject(written)) return written;
  const { exclude, ...others } = defaults;
  const excluded = Object.entries(objectOf(exclude)).filter(([name]) => names.has(name));
  const under: JsonObject = { ...others, ...(excluded.length > 0 && { exclude: Object.fromEntries(excluded) }) };
  const merged = Object.entries(under).map(([key, value]): [string, JsonValue] => {
    const over = Object.hasOwn(written, key) ? (written[key] ?? null) : value;
    return [key, isJsonObject(value) && isJsonObject(over) ? { ...value, ...over } : over];
  });
  return { ...written, ...Object.fromEntries(merged) };
}
