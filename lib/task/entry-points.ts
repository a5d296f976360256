import { isJsonObject, type JsonObject, type JsonValue } from "../json";
import { quote, type SafeText, text, wholeText } from "../text/safe-text";
import type { Draft, DraftContainer } from "./draft";
import { canExclude, isExcluded } from "./exclusions";
import { notice, problem, type Step } from "./finding";

/**
 * Whether there is an entry point to be wrapped, for every container that isn't left out.
 *
 * @param written `runtimeDefense` as the file has it: a remedy is JSON to be copied in its place
 */
export function* checkEntryPoints(draft: Draft, written: JsonObject): Step {
  const { entryPoint } = draft.runtimeDefense.values;
  if (!entryPoint) return;
  for (const container of draft.containers) {
    const { values, path, isUnclear } = container;
    const isWrapped = isExcluded(draft, values.name) === false;
    if (!isWrapped || isUnclear("entryPoint", "command", "firelensConfiguration")) continue;
    if (values.entryPoint?.[0] === "") {
      const why = "begins with an empty word, so nothing would start. Write the program.";
      yield problem([...path, "entryPoint"], () => text`${why}`);
    }
    const reason = values.entryPoint ? undefined : whyMissing(container, draft, written);
    if (reason) yield problem(path, reason);
  }
  if (!entryPoint.extract && (entryPoint.registryType ?? entryPoint.registryCredentialId) !== undefined) {
    yield notice(
      ["runtimeDefense", "entryPoint"],
      () => text`names a registry, which is unused without extract: true.`,
    );
  }
}

function whyMissing({ values }: DraftContainer, draft: Draft, written: JsonObject): (() => SafeText) | undefined {
  const { name = "", image = "", command, firelensConfiguration } = values;
  const { entryPoint, exclude } = draft.runtimeDefense.values;
  const runtimeDefense = (members: JsonObject) =>
    wholeText(`"runtimeDefense": ${JSON.stringify({ ...written, ...members })}`);
  const leftOut = (reason: string) => runtimeDefense({ exclude: { ...exclude, [name]: reason } });
  const words = "so it would restart for ever once wrapped. Write entryPoint";
  const orLeftOut = () => (canExclude(draft) ? text`, or leave the container out: ${leftOut("REASON")}` : text``);
  if (firelensConfiguration) {
    const what = "is a FireLens router without entryPoint, which breaks when wrapped.";
    const remedy = () =>
      canExclude(draft)
        ? text`Write ${leftOut("FireLens router, its image has no entrypoint")}.`
        : text`Write entryPoint (and command) as the image has it.`;
    return () => text`${what} ${remedy()}`;
  }
  if (command) {
    const why = "has a command but no entryPoint, and the Console extracts none for a container with a command";
    return () => text`${why}, ${words} as the image ${quote(image)} has it${orLeftOut()}.`;
  }
  if (entryPoint?.extract) return undefined;
  const extract = () => runtimeDefense({ entryPoint: { ...objectOf(written.entryPoint), extract: true } });
  return () =>
    text`has no entryPoint, ${words} (and command) as the image ${quote(image)} has it, or let the Console find it: ${extract()}${orLeftOut()}.`;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
