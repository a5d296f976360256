import * as v from "valibot";

import { DEFENDER } from "../defender";
import { clean, type JsonObject, type JsonValue, objectOf, objectsIn } from "../json";
import { checkImages } from "./check-images";
import { checkKeys } from "./check-keys";
import { checkSchema } from "./check-schema";
import { checkText } from "./check-text";
import { type ContainerImages, type Names, withImages } from "./container-images";
import { identifier } from "./container-schema";
import { checkDefenderConflicts } from "./defender-conflicts";
import { type DraftContainer, readDraft } from "./draft";
import { checkEntryPoints } from "./entry-points";
import { checkExclusions } from "./exclusions";
import { fitSize } from "./fargate-size";
import { checkUnsupported } from "./fargate-unsupported";
import { checkFileSystems, checkVolumes } from "./file-systems";
import { problem, type Step } from "./finding";
import { withDefaults } from "./fleet-defaults";
import { checkLimits } from "./limits";
import { checkLogs, withLogRoutersExcluded } from "./logs";
import { normalize } from "./normalize";
import { checkPlaceholders } from "./placeholders";
import { checkPorts } from "./ports";
import { checkReferences } from "./references";
import { RuntimeDefenseSchema } from "./runtime-defense";
import { TaskDefinitionSchema } from "./schema";
import { checkSecretAccess, type SecretReader } from "./secret-access";
import type { ParsedTask } from "./task";
import { withUnitsAndDefaults } from "./units";
import { checkVariables } from "./variables";

type Parsed = Names & {
  /** Absent only if there is a problem. */
  readonly task?: ParsedTask;
  /** The containers whose entry point is to be read from their images, whatever else is wrong. */
  readonly open: readonly DraftContainer[];
};

/** The input besides the files, the same for each of them. */
export type Surroundings = {
  /** The default `runtimeDefense` of every task. */
  readonly defaults: JsonObject;
  readonly images: ContainerImages;
  /** Absent when the tasks aren't for a stack. */
  readonly stack?: SecretReader | undefined;
};

/** All steps from a file's JSON to a task; none touches the disk or the network. */
export function* parseTask(document: JsonValue, { defaults, images, stack }: Surroundings): Step<Parsed> {
  yield* checkText(document);
  const normalized = yield* normalize(document);
  if (!normalized) return { open: [] };
  const given = withImages(normalized.definition, images);
  const { task, missing } = yield* withUnitsAndDefaults(clean(given));
  const namesInFile = objectsIn(task.containerDefinitions).map(({ name }) => name);
  const names = new Set(namesInFile.filter((name) => typeof name === "string"));
  const merged = withDefaults(normalized.runtimeDefense, defaults, names);
  const runtimeDefense = withLogRoutersExcluded(merged, task);
  // withUnitsAndDefaults has reported an unreadable size.
  const reported = new Set(["cpu", "memory", ...(yield* checkPlaceholders({ ...task, runtimeDefense }))]);
  const unknown = yield* checkKeys(TaskDefinitionSchema, given);
  const definition = yield* checkSchema(TaskDefinitionSchema, task, [], reported, unknown);
  yield* checkKeys(RuntimeDefenseSchema, normalized.runtimeDefense, ["runtimeDefense"]);
  const defense = yield* checkSchema(RuntimeDefenseSchema, runtimeDefense, ["runtimeDefense"], reported);

  const draft = readDraft(task, runtimeDefense);
  const hasContainerNames = draft.hasAllNames && names.size > 0 && [...names].every(isIdentifier);
  const found: Names = {
    family: isIdentifier(task.family) ? task.family : undefined,
    containers: hasContainerNames ? [...names] : undefined,
  };
  const sidecar = draft.containers.find(({ values }) => values.name === DEFENDER);
  if (sidecar) {
    yield problem(sidecar.path)`the task already holds ${DEFENDER}. Give the unprotected task definition.`;
    return { ...found, open: [] };
  }
  // Each checks what can be read, whatever else is wrong.
  yield* checkReferences(draft);
  yield* checkExclusions(draft);
  const wrong = yield* checkImages(draft, reported);
  yield* checkUnsupported(task);
  yield* checkPorts(draft);
  yield* checkVolumes(draft);
  yield* checkFileSystems(draft);
  yield* checkLogs(draft);
  const withoutEntryPoint = yield* checkEntryPoints(draft, objectOf(normalized.runtimeDefense));
  yield* checkVariables(draft);
  yield* checkDefenderConflicts(draft);
  yield* checkLimits(task, draft);
  yield* checkSecretAccess(draft, reported, stack);
  const size = yield* fitSize(draft, missing);
  const open = withoutEntryPoint.filter(
    ({ path, values }) => values.image !== undefined && !wrong.has([...path, "image"].join(".")),
  );
  if (!definition || !defense || !size) return { ...found, open };
  const raised = { cpu: String(size.cpu), memory: String(size.memory) };
  return { ...found, task: { definition: { ...definition, ...raised }, runtimeDefense: defense }, open };
}

const isIdentifier = (value: unknown) => v.is(identifier, value);
