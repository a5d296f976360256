import { WRAPPERS } from "../defender";
import { type JsonObject, objectOf } from "../json";
import { quote, text, wholeText } from "../text/safe-text";
import type { Draft, DraftContainer } from "./draft";
import { canExclude, isExcluded } from "./exclusions";
import { type Finding, notice, problem, type Step } from "./finding";

/**
 * Checks that every container that isn't excluded has an entry point to wrap. Returns the containers whose entry point
 * is to be read from their images.
 *
 * @param written `runtimeDefense` as the file has it: a remedy is JSON to copy in its place
 */
export function* checkEntryPoints(draft: Draft, written: JsonObject): Step<readonly DraftContainer[]> {
  const { entryPoint } = draft.runtimeDefense;
  if (!entryPoint) return [];
  const open: DraftContainer[] = [];
  for (const container of draft.containers) {
    const { values, path, isUnclear } = container;
    const isWrapped = isExcluded(draft, values.name) === false;
    if (!isWrapped || isUnclear("entryPoint", "command", "firelensConfiguration")) continue;
    const place = [...path, "entryPoint"];
    if (values.entryPoint?.[0] === "") {
      yield problem(place)`begins with "", so nothing would start. Write the program.`;
    }
    if (WRAPPERS.includes(values.entryPoint?.[0] ?? "")) {
      const why = "begins with the Defender's wrapper, so the container is wrapped already.";
      yield problem(place)`${why} Give the unprotected task definition.`;
    }
    if (values.entryPoint) continue;
    const refusal = refusalOf(container, draft, written);
    if (refusal) yield refusal;
    else if (!entryPoint.extract) open.push(container);
  }
  if (!entryPoint.extract && (entryPoint.registryType ?? entryPoint.registryCredentialId) !== undefined) {
    yield notice(["runtimeDefense", "entryPoint"])`names a registry, which is unused without extract: true.`;
  }
  return open;
}

/** The problem of a container without entry point, if it can't be found elsewhere. */
function refusalOf({ path, values }: DraftContainer, draft: Draft, written: JsonObject): Finding | undefined {
  const { name = "", image = "", command, firelensConfiguration } = values;
  const { entryPoint } = draft.runtimeDefense;
  const runtimeDefense = (members: JsonObject) => {
    const whole = JSON.stringify({ ...written, ...members });
    // Longer JSON would be cut in the message, and couldn't be copied.
    return wholeText(`"runtimeDefense": ${whole.length <= LONGEST ? whole : JSON.stringify(members)}`);
  };
  const exclude = (reason: string) => runtimeDefense({ exclude: { ...objectOf(written.exclude), [name]: reason } });
  const look = (members: JsonObject) => runtimeDefense({ entryPoint: { ...objectOf(written.entryPoint), ...members } });
  const orExclude = () => (canExclude(draft) ? text`, or exclude the container: ${exclude("REASON")}` : text``);
  if (firelensConfiguration) {
    const remedy = () =>
      canExclude(draft)
        ? text`Write ${exclude("FireLens router, its image has no entrypoint")}.`
        : text`Write entryPoint (and command) as the image has it.`;
    return problem(path)`is a FireLens router without entryPoint, which breaks when wrapped. ${remedy}`;
  }
  const words = "so it would restart for ever once wrapped. Write entryPoint";
  const asIn = text`as the image ${quote(image)} has it`;
  if (entryPoint?.extract) {
    if (!command) return undefined;
    const why = "has a command but no entryPoint, and the Console extracts none for a container with a command";
    const orLookUp = () => text`, or let it be looked up: ${look({ extract: false })}`;
    return problem(path)`${why}, ${words} ${asIn}${orLookUp}${orExclude}.`;
  }
  if (entryPoint?.lookUp) return undefined;
  const orLookUp = () => text`, or let it be looked up: ${look({ lookUp: true })}`;
  return problem(path)`has no entryPoint, ${words} (and command) ${asIn}${orLookUp}${orExclude}.`;
}

const LONGEST = 800;
