import { DEFENDER } from "../../defender";
import { asText, type JsonObject, objectsIn } from "../../json";
import { describe } from "../../protection/deviation";
import { checkStructure } from "../../protection/structure";
import type { RuntimeDefense } from "../../task/runtime-defense";
import { excerpt, type SafeText, text } from "../../text/safe-text";

/** Task definitions before or after a change, by their families. */
export type Side = ReadonlyMap<string, TaskView>;

export type TaskView = {
  /** As RegisterTaskDefinition takes it. */
  readonly definition: JsonObject;
  /** The state of each container except the Defender. */
  readonly states: ReadonlyMap<string, ContainerState>;
  /** Of a task definition file, merged over the fleet's defaults. An output of synth has none. */
  readonly runtimeDefense?: RuntimeDefense;
  /** Of an output of synth. */
  readonly consoleChanges: readonly ConsoleChange[];
};

type ConsoleChange = { readonly container: string; readonly field: string; readonly change: string };

/** `open`: its entry point is still to be found, so nobody knows yet whether it can be protected. */
export type ContainerState = { readonly kind: "protected" | "open" } | LeftOut;

/** `left-out`: by the task's file. `unprotected`: the Defender or its wrapper is missing from the output. */
type LeftOut = { readonly kind: "left-out" | "unprotected"; readonly reason: SafeText };

export function isLeftOut(state: ContainerState | undefined): state is LeftOut {
  return state?.kind === "left-out" || state?.kind === "unprotected";
}

/** A task that is still to be protected. Its containers count as protected: synth protects them or fails. */
export function viewOfFile(definition: JsonObject, runtimeDefense: RuntimeDefense): TaskView {
  const excluded = new Map(Object.entries(runtimeDefense.exclude));
  const states = statesOf(
    definition,
    (name) => excluded.get(name),
    ({ entryPoint }) => ({ kind: entryPoint === undefined ? "open" : "protected" }),
  );
  return { definition, states, runtimeDefense, consoleChanges: [] };
}

/** @param leftOut why a container was left out of protection */
export function viewOfOutput(
  definition: JsonObject,
  leftOut: (container: string) => string | undefined,
  consoleChanges: readonly ConsoleChange[],
): TaskView {
  return { definition, states: statesOf(definition, leftOut, outputState(definition)), consoleChanges };
}

function statesOf(
  definition: JsonObject,
  leftOut: (container: string) => string | undefined,
  stateOf: (container: JsonObject) => ContainerState,
): TaskView["states"] {
  const containers = [...containersOf(definition)].filter(([name]) => name !== DEFENDER);
  return new Map(
    containers.map(([name, container]) => {
      const reason = leftOut(name);
      return [name, reason === undefined ? stateOf(container) : { kind: "left-out", reason: excerpt(reason) }];
    }),
  );
}

/** Counts as `status` does: the containers of a task definition with any deviation are not protected. */
function outputState(definition: JsonObject): (container: JsonObject) => ContainerState {
  // Any image is right here: it is compared as a field.
  const { deviations, containers } = checkStructure(definition, { images: "any" });
  const [first] = deviations;
  const wrapped = new Set(containers.filter(({ state }) => state === "protected").map(({ name }) => name));
  return ({ name }) => {
    if (first) return { kind: "unprotected", reason: text`not protected: ${describe(first)}` };
    if (wrapped.has(asText(name))) return { kind: "protected" };
    return { kind: "unprotected", reason: text`not protected: the Defender has not wrapped it.` };
  };
}

export function containersOf({ containerDefinitions }: JsonObject): ReadonlyMap<string, JsonObject> {
  return new Map(objectsIn(containerDefinitions).map((container) => [asText(container.name), container]));
}
