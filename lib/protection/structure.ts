import { DEFENDER, PLATFORM } from "../defender";
import { type JsonObject, objectOf } from "../json";
import { registeredForm } from "../task/registered-form";
import { text } from "../text/safe-text";
import { isTooDeep, TOO_DEEP } from "./answer-shape";
import { byName, elementsOf, namelessDeviations } from "./compare";
import { containerDeviations, hasDefenderTrace, mountDeviations, waitsForHealth } from "./container";
import { defenderVersion } from "./defender-image";
import { type Deviation, outside } from "./deviation";
import type { Expectation } from "./expectation";
import { ifOnce } from "./find-deviations";
import { sidecarDeviations } from "./sidecar";

/** Known facts about the Console and its Defenders; unknown ones are not checked. */
export type StructureFacts = Pick<Expectation, "images" | "consoleAddress">;

/** How a task definition is protected, as far as that is visible without its original. */
export type Structure = {
  /** Why it isn't protected; empty when it is. `describe` turns them into sentences. */
  readonly deviations: readonly Deviation[];
  /** Without the sidecar. `left-out`: it has no trace of the Defender. */
  readonly containers: readonly { readonly name: string; readonly state: "protected" | "unprotected" | "left-out" }[];
  /** The version in the tag of the sidecar's image, `34.04.145`. */
  readonly defenderVersion: string | undefined;
};

/**
 * Checks without the original whether a task definition is protected: one from a Terraform plan, from ECS or from a file,
 * with RegisterTaskDefinition's key names. Runs the proof's checks, except those that need a comparison. The install
 * bundle may be read from a secret.
 */
export function checkStructure(definition: JsonObject, facts: StructureFacts): Structure {
  if (isTooDeep(definition)) return { deviations: [TOO_DEEP], containers: [], defenderVersion: undefined };
  const registered = registeredForm(definition);
  const elements = elementsOf(registered.containerDefinitions);
  const containers = byName(elements);
  const family = typeof registered.family === "string" ? registered.family : "";
  const expectation = { family, extracting: false, accepted: new Map(), ...facts };
  const applications = [...containers].filter(([name]) => name !== DEFENDER);
  const checked = applications.map(([name, same]) => {
    if (same.length === 1 && !hasDefenderTrace(same[0])) {
      return { name, state: "left-out" as const, deviations: mountDeviations(same[0]) };
    }
    const deviations = ifOnce(same, (container) => containerDeviations(container, expectation));
    return { name, state: deviations.length > 0 ? ("unprotected" as const) : ("protected" as const), deviations };
  });
  const isWaitedFor = applications.some(([, [container]]) => waitsForHealth(container));
  const sidecars = containers.get(DEFENDER);
  const ofSidecar = ifOnce(sidecars, (sidecar) => sidecarDeviations(sidecar, expectation, isWaitedFor));
  const image = sidecars?.[0].image;
  const isAnyProtected = checked.some(({ state }) => state !== "left-out");
  return {
    deviations: [
      ...checked.flatMap(({ name, deviations }) => deviations.map((one) => ({ container: name, ...one }))),
      ...ofSidecar.map((one) => ({ container: DEFENDER, ...one })),
      ...namelessDeviations("containerDefinitions", "containers", elements),
      ...(isAnyProtected ? [] : [NOTHING_PROTECTED]),
      ...platformDeviations(objectOf(registered.runtimePlatform)),
    ],
    containers: checked.map(({ name, state }) => ({ name, state })),
    defenderVersion: typeof image === "string" ? defenderVersion(image) : undefined,
  };
}

function platformDeviations(platform: JsonObject): readonly Deviation[] {
  return Object.entries(PLATFORM).flatMap(([key, right]) => {
    const { [key]: got = right } = platform;
    return got === right ? [] : [{ field: `runtimePlatform.${key}`, expected: text`${right}`, got: outside(got) }];
  });
}

const NOTHING_PROTECTED: Deviation = {
  field: "containerDefinitions",
  expected: text`at least one container that the Defender has wrapped`,
  got: text`none`,
};
