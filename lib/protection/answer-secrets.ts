import { BUNDLE_VARIABLE, DEFENDER } from "../defender";
import type { JsonObject } from "../json";
import type { Finder } from "../text/finder";
import { text } from "../text/safe-text";
import { finderOf, Secret } from "../text/secret";
import { byName, elementsOf } from "./compare";
import type { Deviation } from "./deviation";

// A shorter value is not a credential, and any text may contain it by chance.
const SHORTEST = 64;

export const CREDENTIAL: Deviation = {
  field: "task definition",
  expected: text`neither TL_PASS nor a token in it`,
  got: text`one of them`,
};

export const BUNDLE_ELSEWHERE: Deviation = {
  field: "task definition",
  expected: text`the install bundle in the sidecar's ${BUNDLE_VARIABLE} alone`,
  got: text`it in another place too`,
};

/**
 * Whether the sidecar's install bundle, even without its last characters, is also elsewhere in the answer, in any spelling:
 * it could be deployed unnoticed there. From here on it is masked in every text for people.
 *
 * @param json the answer as JSON.stringify writes it
 * @param usual the Console's install bundle, which nearly all answers contain
 */
export function hasBundleElsewhere(answer: JsonObject, json: string, usual: Secret): boolean {
  const [sidecar] = byName(elementsOf(answer.containerDefinitions)).get(DEFENDER) ?? [];
  const [place] = byName(elementsOf(sidecar?.environment)).get(BUNDLE_VARIABLE) ?? [];
  const bundle = place?.value;
  if (typeof bundle !== "string" || bundle.length < SHORTEST) return false;
  const rest = json.replace(JSON.stringify(place), "");
  const isUsual = bundle === usual.reveal();
  const finder = (isUsual ? finders.get(usual) : undefined) ?? finderOf([new Secret(bundle.slice(0, -4))]);
  if (isUsual) finders.set(usual, finder);
  return finder.isIn(rest);
}

// Made once for all tasks: computing the possible spellings of a secret takes time.
const finders = new WeakMap<Secret, Finder>();
