import { WRAPPERS } from "../defender";
import { type JsonObject, objectOf } from "../json";
import { quote, type SafeText, text, wholeText } from "../text/safe-text";
import type { Draft, DraftContainer } from "./draft";
import { canExclude, isExcluded } from "./exclusions";
import { notice, problem, type Step } from "./finding";

/**
 * Checks that every container that isn't excluded has an entry point to wrap. Returns the containers whose entry point
 * is to be read from their images.
 *
 * @param written `runtimeDefense` as the file has it: a remedy is JSON to copy in its place
 */
export function* checkEntryPoints(draft: Draft, written: JsonObject): Step<readonly DraftContainer[]> {
  const { entryPoint } = draft.runtimeDefense.values;
  if (!entryPoint) return [];
  const open: DraftContainer[] = [];
  for (const container of draft.containers) {
    const { values, path, isUnclear } = container;
    const isWrapped = isExcluded(draft, values.name) === false;
    if (!isWrapped || isUnclear("entryPoint", "command", "firelensConfiguration")) continue;
    if (values.entryPoint?.[0] === "") {
      const why = 'begins with "", so nothing would start. Write the program.';
      yield problem([...path, "entryPoint"], () => text`${why}`);
    }
    if (WRAPPERS.includes(values.entryPoint?.[0] ?? "")) {
      const why = "begins with the Defender's wrapper, so the container is wrapped already.";
      yield problem([...path, "entryPoint"], () => text`${why} Give the unprotected task definition.`);
    }
    if (values.entryPoint) continue;
    const reason = whyMissing(container, draft, written);
    if (reason) yield problem(path, reason);
    else if (!entryPoint.extract) open.push(container);
  }
  if (!entryPoint.extract && (entryPoint.registryType ?? entryPoint.registryCredentialId) !== undefined) {
    yield notice(
      ["runtimeDefense", "entryPoint"],
      () => text`names a registry, which is unused without extract: true.`,
    );
  }
  return open;
}

function whyMissing({ values }: DraftContainer, draft: Draft, written: JsonObject): (() => SafeText) | undefined {
  const { name = "", image = "", command, firelensConfiguration } = values;
  const { entryPoint } = draft.runtimeDefense.values;
  const runtimeDefense = (members: JsonObject) => {
    const whole = JSON.stringify({ ...written, ...members });
    // Longer JSON would be cut in the message, and couldn't be copied.
    return wholeText(`"runtimeDefense": ${whole.length <= LONGEST ? whole : JSON.stringify(members)}`);
  };
  const exclude = (reason: string) => runtimeDefense({ exclude: { ...objectOf(written.exclude), [name]: reason } });
  const look = (members: JsonObject) => runtimeDefense({ entryPoint: { ...objectOf(written.entryPoint), ...members } });
  const orExclude = () => (canExclude(draft) ? text`, or exclude the container: ${exclude("REASON")}` : text``);
  if (firelensConfiguration) {
    const what = "is a FireLens router without entryPoint, which breaks when wrapped.";
    const remedy = () =>
      canExclude(draft)
        ? text`Write ${exclude("FireLens router, its image has no entrypoint")}.`
        : text`Write entryPoint (and command) as the image has it.`;
    return () => text`${what} ${remedy()}`;
  }
  const words = "so it would restart for ever once wrapped. Write entryPoint";
  if (entryPoint?.extract) {
    if (!command) return undefined;
    const why = "has a command but no entryPoint, and the Console extracts none for a container with a command";
    const orLookUp = () => text`, or let it be looked up: ${look({ extract: false })}`;
    return () => text`${why}, ${words} as the image ${quote(image)} has it${orLookUp()}${orExclude()}.`;
  }
  if (entryPoint?.lookUp) return undefined;
  const orLookUp = () => text`, or let it be looked up: ${look({ lookUp: true })}`;
  return () =>
    text`has no entryPoint, ${words} (and command) as the image ${quote(image)} has it${orLookUp()}${orExclude()}.`;
}

const LONGEST = 800;
