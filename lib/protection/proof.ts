import * as v from "valibot";

import type { InstallBundle } from "../console/answers";
import { BUNDLE_VARIABLE, DEFENDER } from "../defender";
import { defined } from "../defined";
import { type Problem, ProofError } from "../errors";
import { clean, type JsonObject } from "../json";
import { isTaskDefinition, type TaskDefinition, TaskDefinitionSchema } from "../task/schema";
import type { Task } from "../task/task";
import { pathText, text } from "../text/safe-text";
import { Secret } from "../text/secret";
import { BUNDLE_ELSEWHERE, CREDENTIAL, hasBundleElsewhere } from "./answer-secrets";
import { isTooDeep, nullInList, TOO_DEEP } from "./answer-shape";
import { type Deviation, describeAll } from "./deviation";
import type { Expectation } from "./expectation";
import { findDeviations } from "./find-deviations";

/** Facts from the Console about itself and its Defenders; its answers are checked against them. */
export type ConsoleFacts = InstallBundle & {
  /** `34.04.145` */
  readonly version: string;
};

/** The facts that an answer is checked against, besides the task itself. */
export type ProofFacts = {
  /** The host that Defenders dial. */
  readonly consoleAddress: string;
  /** The host of another registry of Defender images, besides Palo Alto Networks' own. */
  readonly defenderRegistry?: string;
  /** The AWS region, for the log driver. */
  readonly region: string;
  readonly console: ConsoleFacts;
  /** Whether the text holds the run's password or a token. */
  readonly holdsCredential: (text: string) => boolean;
};

/**
 * Proves that `answer` is `task` with its protection, and that nothing else changed. Returns it with typed parts.
 *
 * @throws ProofError with the first deviations, and the number of the others.
 */
export function proveAnswer(task: Task, answer: JsonObject, facts: ProofFacts) {
  if (isTooDeep(answer)) throw new ProofError(problems(task, [TOO_DEEP]));
  const cleaned = clean(answer);
  const deviations = answerDeviations(task, answer, cleaned, facts);
  if (deviations.length > 0) throw new ProofError(problems(task, deviations));
  const definition: unknown = cleaned;
  if (!isTaskDefinition(definition)) throw new ProofError(schemaProblems(task, definition));
  const sidecar = definition.containerDefinitions.find(({ name }) => name === DEFENDER);
  const bundle = sidecar?.environment?.find(({ name }) => name === BUNDLE_VARIABLE)?.value;
  if (!sidecar || bundle === undefined) throw new Error("the proof lets no task without sidecar and bundle pass");
  const { installBundle } = facts.console;
  return {
    /** Without nulls and empty lists; in the Console's order, and with the install bundle in clear. */
    definition,
    sidecar,
    installBundle: bundle === installBundle.reveal() ? installBundle : new Secret(bundle),
  };
}

/** Returns the task definition to send to the Console: without the excluded containers. */
export function toSend(task: Task): TaskDefinition {
  const { exclude } = task.runtimeDefense;
  return {
    ...task.definition,
    containerDefinitions: task.definition.containerDefinitions.filter(({ name }) => !Object.hasOwn(exclude, name)),
  };
}

function answerDeviations(
  task: Task,
  answer: JsonObject,
  cleaned: JsonObject,
  facts: ProofFacts,
): readonly Deviation[] {
  const nullElement = nullInList(answer);
  const json = JSON.stringify(answer);
  // This comes first, because it makes every later text about the answer mask the bundle.
  const isBundleElsewhere = hasBundleElsewhere(answer, json, facts.console.installBundle);
  const deviations = [
    ...(facts.holdsCredential(json) ? [CREDENTIAL] : []),
    ...findDeviations(toSend(task), cleaned, expectationFor(task, facts)),
    ...(nullElement ? [nullElement] : []),
  ];
  return deviations.length === 0 && isBundleElsewhere ? [BUNDLE_ELSEWHERE] : deviations;
}

function expectationFor(
  { definition, runtimeDefense }: Task,
  { consoleAddress, defenderRegistry, console }: ProofFacts,
): Expectation {
  const accepted = runtimeDefense.accept.map((change): [string, string | undefined] => {
    const [, name = "", , value] = /^environment:(\w+)(=([\s\S]*))?$/.exec(change) ?? [];
    return [name, value];
  });
  return defined({
    family: definition.family,
    images: defined({ only: runtimeDefense.defenderImage, registry: defenderRegistry, version: console.version }),
    consoleAddress,
    filesystemMonitoring: runtimeDefense.filesystemMonitoring,
    extracting: runtimeDefense.entryPoint.extract,
    accepted: new Map(accepted),
  });
}

function problems({ file }: Task, deviations: readonly Deviation[]): readonly Problem[] {
  return describeAll(deviations).map((deviation) => ({
    file: pathText(file),
    text: text`the Console's answer is not the protected task: ${deviation}`,
  }));
}

function schemaProblems(task: Task, answer: unknown): readonly Problem[] {
  const { issues = [] } = v.safeParse(TaskDefinitionSchema, answer);
  const deviations = issues.map((issue) => ({
    field: v.getDotPath(issue) ?? "task definition",
    expected: text`${issue.expected ?? "what ECS takes"}`,
    got: text`something else`,
  }));
  return problems(task, deviations);
}
