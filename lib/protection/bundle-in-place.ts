import { DEFENDER, INSTALL_BUNDLE } from "../defender";
import { isJsonObject, type JsonObject, type JsonValue } from "../json";
import { spellings } from "../secret";
import { listOf } from "./deviation";

// What is shorter is no credential, and might stand in any text.
const SHORTEST = 64;

/**
 * The answer with the sidecar's install bundle where it belongs alone: anywhere else, whatever its
 * spelling and without its last characters too, it becomes a mark. So it can't hide in what is
 * deployed, and no message about the answer can show it.
 */
export function withBundleInPlaceAlone(answer: JsonObject): JsonObject {
  const sidecar = listOf(answer.containerDefinitions).find(({ name }) => name === DEFENDER);
  const place = listOf(sidecar?.environment).find(({ name }) => name === INSTALL_BUNDLE);
  const bundle = place?.value;
  if (typeof bundle !== "string" || bundle.length < SHORTEST) return answer;
  const forms = [...spellings(bundle), ...spellings(bundle.slice(0, -4))];
  // Nearly always it is nowhere else, and one look tells.
  const rest = JSON.stringify(answer).replace(JSON.stringify(place), "");
  if (!forms.some((form) => rest.includes(form))) return answer;
  return mapTexts(answer, place, (text) => forms.reduce((rest, form) => rest.replaceAll(form, "[redacted]"), text));
}

function mapTexts<T extends JsonValue>(value: T, except: JsonObject | undefined, map: (text: string) => string): T;
function mapTexts(value: JsonValue, except: JsonObject | undefined, map: (text: string) => string): JsonValue {
  if (value === except) return value;
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((element) => mapTexts(element, except, map));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [map(key), mapTexts(child, except, map)]));
}
