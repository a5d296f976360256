import { isDeepStrictEqual } from "node:util";

import { DEFENDER, WRAPPERS } from "../defender";
import { isJsonArray, type JsonObject, type JsonValue } from "../json";
import { type Deviation, differences, listOf, objectOf, type Request, sameMembers, show } from "./deviation";
import { commonVariables, environmentDeviations, equal, optional } from "./environment";

/** What differs between an application container as sent, protected, and the one that came back. */
export function containerDeviations(sent: JsonObject, got: JsonObject, request: Request): readonly Deviation[] {
  return [
    ...differences(sent, got, ["entryPoint", "environment", "dependsOn", "volumesFrom", "linuxParameters"]),
    ...entryPointDeviations(sent.entryPoint, got.entryPoint, request.extracting),
    ...environmentDeviations(sent.environment, got.environment, {
      ...commonVariables(request),
      TW_CONTAINER_NAME: equal(String(sent.name)),
      TW_IMAGE_NAME: optional(equal(String(sent.image))),
    }),
    ...additionDeviations(
      "dependsOn",
      sent,
      got,
      ["containerName", "condition"],
      "condition HEALTHY or START",
      ({ condition }) => ["HEALTHY", "START"].includes(String(condition)),
    ),
    ...additionDeviations(
      "volumesFrom",
      sent,
      got,
      ["sourceContainer", "readOnly"],
      "readOnly false",
      ({ readOnly }) => !readOnly,
    ),
    ...linuxDeviations(objectOf(sent.linuxParameters), objectOf(got.linuxParameters)),
  ];
}

function entryPointDeviations(
  sent: JsonValue | undefined,
  got: JsonValue | undefined,
  extracting: boolean,
): readonly Deviation[] {
  const field = "entryPoint";
  const [wrapper, fargate, entrypoint, ...behind] = isJsonArray(got) ? got : [];
  if (!isWrapper(wrapper) || fargate !== "fargate" || entrypoint !== "entrypoint") {
    return [
      {
        field,
        expected: `to begin with ${show([...WRAPPERS.slice(0, 1), "fargate", "entrypoint"])}`,
        got: showWords(got),
      },
    ];
  }
  if (sent !== undefined) {
    return isDeepStrictEqual(behind, sent)
      ? []
      : [{ field, expected: `${showWords(sent)} behind the wrapper`, got: showWords(behind) }];
  }
  const [first] = behind;
  const isExtracted = extracting && first !== undefined && !isWrapper(first) && !behind.includes("");
  return isExtracted ? [] : [{ field, expected: "the image's entry point behind the wrapper", got: showWords(behind) }];
}

// A word with spaces in it is a script, and scripts hold credentials in spite of all advice.
const showWords = (words: JsonValue | undefined) =>
  show(isJsonArray(words) ? words.map((word) => (/\s/.test(String(word)) ? "…" : word)) : words);

const isWrapper = (word: JsonValue | undefined) => WRAPPERS.includes(String(word));

/** The original entries are all there, and exactly one for the Defender besides, which is `right`. */
function additionDeviations(
  field: "dependsOn" | "volumesFrom",
  sent: JsonObject,
  got: JsonObject,
  keys: readonly [string, string],
  expected: string,
  right: (entry: JsonObject) => boolean,
): readonly Deviation[] {
  const before = listOf(sent[field]);
  const after = listOf(got[field]);
  const [key] = keys;
  const added = after.filter((entry) => entry[key] === DEFENDER);
  const isRight = added.every((entry) => right(entry) && Object.keys(entry).every((found) => keys.includes(found)));
  const hasOthers = sameMembers(
    before,
    after.filter((entry) => entry[key] !== DEFENDER),
  );
  return [
    ...(hasOthers ? [] : [{ field, expected: `${show(before)} and ${DEFENDER}`, got: show(after) }]),
    ...(added.length === 1 ? [] : [{ field, expected: `${DEFENDER} once`, got: `${added.length} times` }]),
    ...(isRight ? [] : [{ field, expected: `${DEFENDER} with ${expected}`, got: show(added) }]),
  ];
}

function linuxDeviations(sent: JsonObject, got: JsonObject): readonly Deviation[] {
  const before = objectOf(sent.capabilities);
  const after = objectOf(got.capabilities);
  const field = "linuxParameters.capabilities";
  const expected = [...new Set([...elements(before.add), "SYS_PTRACE"])];
  const isAdded = sameMembers(expected, elements(after.add));
  const isDropped = elements(after.drop).includes("SYS_PTRACE");
  return [
    ...differences(sent, got, ["capabilities"], "linuxParameters."),
    ...differences(before, after, ["add"], `${field}.`),
    ...(isAdded ? [] : [{ field: `${field}.add`, expected: show(expected), got: show(after.add) }]),
    ...(isDropped ? [{ field: `${field}.drop`, expected: "SYS_PTRACE to be kept", got: show(after.drop) }] : []),
  ];
}

const elements = (value: JsonValue | undefined) => (isJsonArray(value) ? value : []);
