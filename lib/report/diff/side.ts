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
  /** Containers left out of protection, and why. */
  readonly leftOut: ReadonlyMap<string, string>;
} & (
  | {
      /** Read from an output folder of synth. */
      readonly from: "output";
      readonly consoleChanges: readonly ConsoleChange[];
    }
  | {
      /** Read from a task definition file, and still to be protected. */
      readonly from: "file";
      /** Merged over the fleet's defaults. */
      readonly runtimeDefense: RuntimeDefense;
    }
);

type ConsoleChange = { readonly container: string; readonly field: string; readonly change: string };

/** `open`: its entry point is still to be found, so nobody knows yet whether it can be protected. */
export type ContainerState = { readonly kind: "protected" | "open" } | LeftOut;

/** `left-out`: by the task's file. `unprotected`: the Defender or its wrapper is missing from the output. */
type LeftOut = { readonly kind: "left-out" | "unprotected"; readonly reason: SafeText };

export function isLeftOut(state: ContainerState | undefined): state is LeftOut {
  return state?.kind === "left-out" || state?.kind === "unprotected";
}

/** The state of each container except the Defender. A file's containers count as protected: synth protects them or fails. */
export function containerStates(view: TaskView): ReadonlyMap<string, ContainerState> {
  const stateOf = view.from === "file" ? fileState : outputState(view.definition);
  return new Map(
    [...containersOf(view.definition)]
      .filter(([name]) => name !== DEFENDER)
      .map(([name, container]) => {
        const reason = view.leftOut.get(name);
        return [name, reason === undefined ? stateOf(container) : { kind: "left-out", reason: excerpt(reason) }];
      }),
  );
}

function fileState({ entryPoint }: JsonObject): ContainerState {
  return { kind: entryPoint === undefined ? "open" : "protected" };
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
