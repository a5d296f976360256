import { isDeepStrictEqual } from "node:util";

import * as v from "valibot";

import { DEFENDER, INSTALL_BUNDLE } from "../defender";
import { defined } from "../defined";
import { ProofError } from "../errors";
import { clean, type JsonObject } from "../json";
import { oneLine } from "../outside-text";
import { Secret } from "../secret";
import { type ContainerDefinition, isTaskDefinition, type TaskDefinition, TaskDefinitionSchema } from "../task/schema";
import type { Task } from "../task/task";
import { withBundleInPlaceAlone } from "./bundle-in-place";
import { type Change, findChanges } from "./changes";
import type { Deviation, Request } from "./deviation";
import { findDeviations } from "./deviations";
import { applySidecarPolicy, type SidecarPlace } from "./sidecar-policy";

/**
 * A task definition that has been proven to be protected. Nothing but `prove` makes one, and nothing
 * else fits into the stack.
 */
export class ProtectedTask {
  readonly #definition: TaskDefinition;

  private constructor(
    readonly task: Task,
    definition: TaskDefinition,
    readonly installBundle: Secret,
    /** What the Console changed, container by container. */
    readonly changes: readonly Change[],
    /** Whether the sidecar logs into a group of its own, `/prisma/defender/<family>`. */
    readonly logGroup: string | undefined,
  ) {
    this.#definition = definition;
  }

  get family(): string {
    return this.#definition.family;
  }

  /**
   * What is deployed: the excluded containers back in their places, the sidecar last, environment and
   * secrets in order, without the install bundle. `withInstallBundle…` adds that.
   */
  get definition(): TaskDefinition {
    return this.#definition;
  }

  get sidecar(): ContainerDefinition {
    const sidecar = this.#definition.containerDefinitions.find(({ name }) => name === DEFENDER);
    if (!sidecar) throw new Error("a proven task has a sidecar");
    return sidecar;
  }

  /** The sidecar reads the bundle from a secret: `valueFrom` is its ARN, or an expression that becomes it. */
  withInstallBundleFrom(valueFrom: string): TaskDefinition {
    return this.#withSidecar({ secrets: [{ name: INSTALL_BUNDLE, valueFrom }] });
  }

  /** The bundle in clear, as the Console sent it: for nothing that is kept. */
  withInstallBundleInClear(): TaskDefinition {
    const bundle = { name: INSTALL_BUNDLE, value: this.installBundle.reveal() };
    return this.#withSidecar({ environment: inOrder([bundle, ...(this.sidecar.environment ?? [])]) });
  }

  #withSidecar(part: Partial<ContainerDefinition>): TaskDefinition {
    const containerDefinitions = this.#definition.containerDefinitions.map((container) =>
      container.name === DEFENDER ? { ...container, ...part } : container,
    );
    return { ...this.#definition, containerDefinitions };
  }

  /**
   * Proves that `answer` is `task` protected, and nothing else than that.
   *
   * @throws ProofError with every deviation.
   */
  static prove(
    task: Task,
    answer: JsonObject,
    place: SidecarPlace & { readonly consoleAddress: string },
  ): ProtectedTask {
    const sent = toSend(task);
    const request = requestFor(task, place.consoleAddress);
    const cleaned = clean(answer);
    // Compared without the bundle where it doesn't belong: no message can show it, and it is a deviation there.
    const masked = withBundleInPlaceAlone(cleaned);
    const deviations = [...findDeviations(sent, masked, request)];
    if (deviations.length === 0 && !isDeepStrictEqual(masked, cleaned)) deviations.push(BUNDLE_ELSEWHERE);
    if (deviations.length > 0) throw new ProofError(deviations.map((deviation) => sentence(task, deviation)));
    const proven: unknown = cleaned;
    if (!isTaskDefinition(proven)) throw new ProofError(schemaProblems(task, cleaned));

    const sidecar = proven.containerDefinitions.find(({ name }) => name === DEFENDER);
    const bundle = sidecar?.environment?.find(({ name }) => name === INSTALL_BUNDLE)?.value;
    if (!sidecar || bundle === undefined) throw new Error("the proof lets no task without sidecar and bundle pass");
    const { container, logGroup } = applySidecarPolicy(withoutBundle(sidecar), task, place);
    // The order is the file's own: that of the answer means nothing.
    const applications = task.definition.containerDefinitions.map(
      (original) => proven.containerDefinitions.find(({ name }) => name === original.name) ?? original,
    );
    const definition = { ...proven, containerDefinitions: [...applications, container].map(ordered) };
    return new ProtectedTask(task, definition, new Secret(bundle), findChanges(sent, proven), logGroup);
  }
}

/** What the Console is asked to protect: the task definition without the excluded containers. */
export function toSend(task: Task): TaskDefinition {
  const { exclude } = task.runtimeDefense;
  return {
    ...task.definition,
    containerDefinitions: task.definition.containerDefinitions.filter(({ name }) => !Object.hasOwn(exclude, name)),
  };
}

const BUNDLE_ELSEWHERE: Deviation = {
  field: "task definition",
  expected: "the install bundle in the sidecar's INSTALL_BUNDLE alone",
  got: "it in another place too",
};

function requestFor({ definition, runtimeDefense }: Task, consoleAddress: string): Request {
  return defined({
    family: definition.family,
    consoleAddress,
    extracting: runtimeDefense.entryPoint.extract,
    filesystemMonitoring: runtimeDefense.filesystemMonitoring,
    defenderImage: runtimeDefense.defenderImage,
    acceptedVariables: runtimeDefense.accept.map((change) => change.replace(/^environment:/, "")),
  });
}

function sentence({ file }: Task, { container, field, expected, got }: Deviation): string {
  const where = container === undefined ? field : `container ${container}, ${field}`;
  return `${oneLine(file)}: the Console's answer isn't this task protected: ${where}: expected ${expected}, got ${got}.`;
}

function schemaProblems(task: Task, answer: JsonObject): readonly string[] {
  const { issues = [] } = v.safeParse(TaskDefinitionSchema, answer);
  return issues.map((issue) =>
    sentence(task, {
      field: oneLine(v.getDotPath(issue) ?? "task definition", 120),
      expected: oneLine(issue.expected ?? "what ECS takes", 80),
      got: "something else",
    }),
  );
}

function withoutBundle(sidecar: ContainerDefinition): ContainerDefinition {
  return { ...sidecar, environment: (sidecar.environment ?? []).filter(({ name }) => name !== INSTALL_BUNDLE) };
}

// The AWS provider sorts both, so that their order never shows up in a plan.
function ordered(container: ContainerDefinition): ContainerDefinition {
  const { environment, secrets } = container;
  return {
    ...container,
    ...(environment && { environment: inOrder(environment) }),
    ...(secrets && { secrets: inOrder(secrets) }),
  };
}

function inOrder<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return [...entries].sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}
