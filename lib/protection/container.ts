import { isDeepStrictEqual } from "node:util";

import type { JsonObject, JsonValue } from "../json";
import { type Deviation, differences, listOf, objectOf, type Request, sameMembers, show } from "./deviation";
import { environmentBase, environmentDeviations } from "./environment";
import { ADDED_VARIABLES, DEFENDER, WRAPPERS } from "./names";

/** What differs between an application container as sent, protected, and the one that came back. */
export function containerDeviations(sent: JsonObject, got: JsonObject, request: Request): readonly Deviation[] {
  return [
    ...differences(sent, got, ["entryPoint", "environment", "dependsOn", "volumesFrom", "linuxParameters"]),
    ...entryPointDeviations(sent.entryPoint, got.entryPoint, request.extracting),
    ...environmentDeviations(
      listOf(sent.environment),
      got.environment,
      [...ADDED_VARIABLES, ...request.acceptedVariables],
      {
        ...environmentBase(request),
        TW_CONTAINER_NAME: String(sent.name),
        TW_IMAGE_NAME: String(sent.image),
      },
    ),
    ...additionDeviations("dependsOn", sent.dependsOn, got.dependsOn, "containerName", (entry) =>
      ["HEALTHY", "START"].includes(String(entry.condition)) && Object.keys(entry).length === 2
        ? undefined
        : "condition HEALTHY or START",
    ),
    ...additionDeviations("volumesFrom", sent.volumesFrom, got.volumesFrom, "sourceContainer", (entry) =>
      !entry.readOnly && Object.keys(entry).every((key) => key === "sourceContainer" || key === "readOnly")
        ? undefined
        : "readOnly false",
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
  const words = Array.isArray(got) ? got : [];
  const [wrapper, ...rest] = words;
  const wrapped = WRAPPERS.includes(String(wrapper)) && rest[0] === "fargate" && rest[1] === "entrypoint";
  if (!wrapped) {
    return [{ field, expected: `to begin with ${show([WRAPPERS[0] ?? "", "fargate", "entrypoint"])}`, got: show(got) }];
  }
  const behind = words.slice(3);
  if (sent !== undefined) {
    if (isDeepStrictEqual(behind, sent)) return [];
    return [{ field, expected: `${show(sent)} behind the wrapper`, got: show(behind) }];
  }
  const extracted = extracting && behind.length > 0 && behind.every((word) => typeof word === "string" && word !== "");
  return extracted ? [] : [{ field, expected: "the image's entry point behind the wrapper", got: show(behind) }];
}

/** The original entries are all there, and exactly one for the Defender besides. */
function additionDeviations(
  field: string,
  sent: JsonValue | undefined,
  got: JsonValue | undefined,
  key: string,
  wrong: (entry: JsonObject) => string | undefined,
): readonly Deviation[] {
  const entries = listOf(got);
  const others = entries.filter((entry) => entry[key] !== DEFENDER);
  const [added, ...more] = entries.filter((entry) => entry[key] === DEFENDER);
  const deviations: Deviation[] = [];
  if (!sameMembers(listOf(sent), others)) {
    deviations.push({ field, expected: `${show(sent ?? [])} and ${DEFENDER}`, got: show(entries) });
  }
  if (added === undefined || more.length > 0) {
    deviations.push({ field, expected: `${DEFENDER} once`, got: `${more.length + (added ? 1 : 0)} times` });
  } else {
    const expected = wrong(added);
    if (expected !== undefined) deviations.push({ field, expected: `${DEFENDER} with ${expected}`, got: show(added) });
  }
  return deviations;
}

function linuxDeviations(sent: JsonObject, got: JsonObject): readonly Deviation[] {
  const before = objectOf(sent.capabilities);
  const after = objectOf(got.capabilities);
  const field = "linuxParameters.capabilities";
  const added = listOfStrings(after.add);
  const expected = [...new Set([...listOfStrings(before.add), "SYS_PTRACE"])];
  return [
    ...differences(sent, got, ["capabilities"], "linuxParameters."),
    ...differences(before, after, ["add"], `${field}.`),
    ...(sameMembers(expected, added)
      ? []
      : [{ field: `${field}.add`, expected: show(expected), got: show(after.add) }]),
    ...(listOfStrings(after.drop).includes("SYS_PTRACE")
      ? [{ field: `${field}.drop`, expected: "SYS_PTRACE to be kept", got: show(after.drop) }]
      : []),
  ];
}

function listOfStrings(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
