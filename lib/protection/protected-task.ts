import { BUNDLE_VARIABLE, DEFENDER } from "../defender";
import { defined } from "../defined";
import type { JsonObject } from "../json";
import type { ContainerDefinition, TaskDefinition } from "../task/schema";
import type { Task } from "../task/task";
import type { SafeText } from "../text/safe-text";
import type { Secret } from "../text/secret";
import { type Change, findChanges } from "./changes";
import { findNotices } from "./notices";
import { type ProofFacts, proveAnswer } from "./proof";

/** What a task is proven against, and where it is going to run. */
export type ProtectionFacts = ProofFacts & {
  /** The AWS region, for the log driver. */
  readonly region: string;
};

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
    /** The log group of the sidecar's own, `/prisma/defender/<family>`, when it logs there. */
    readonly logGroup: string | undefined,
    /** What is worth knowing of the Console's answer, for people. */
    readonly notices: readonly SafeText[],
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

  /** What each container got by its protection. */
  get changes(): readonly Change[] {
    return findChanges(this.task.definition, this.#definition);
  }

  /** The sidecar reads the bundle from a secret: `valueFrom` is its ARN, or an expression that becomes it. */
  withInstallBundleFrom(valueFrom: string): TaskDefinition {
    return this.#withSidecar({ secrets: [{ name: BUNDLE_VARIABLE, valueFrom }] });
  }

  /** The bundle in clear, as the Console sent it: for nothing that is kept. */
  withInstallBundleInClear(): TaskDefinition {
    const bundle = { name: BUNDLE_VARIABLE, value: this.installBundle.reveal() };
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
   * @throws ProofError with the first deviations, and the number of the others.
   */
  static prove(task: Task, answer: JsonObject, facts: ProtectionFacts): ProtectedTask {
    const { definition, sidecar, installBundle } = proveAnswer(task, answer, facts);
    const { container, logGroup } = withPolicy(withoutBundle(sidecar), task, facts.region);
    const answered = new Map(definition.containerDefinitions.map((one) => [one.name, one]));
    // The order is the file's own: that of the answer means nothing.
    const applications = task.definition.containerDefinitions.map(
      (original) => answered.get(original.name) ?? original,
    );
    const containerDefinitions = [...applications, container].map(ordered);
    const notices = findNotices(task, definition, sidecar, facts.console);
    return new ProtectedTask(task, { ...definition, containerDefinitions }, installBundle, logGroup, notices);
  }
}

function withoutBundle(sidecar: ContainerDefinition): ContainerDefinition {
  return { ...sidecar, environment: (sidecar.environment ?? []).filter(({ name }) => name !== BUNDLE_VARIABLE) };
}

/** The sidecar with what the task's file asks for it: size, ports, the registry's credentials, and logs of its own. */
function withPolicy(sidecar: ContainerDefinition, { definition, runtimeDefense }: Task, region: string) {
  const { logs, ...settings } = runtimeDefense.sidecar;
  const container: ContainerDefinition = { ...sidecar, ...defined(settings) };
  // "own" replaces the log configuration that the Console copied from an application container.
  const hasOwnLogs = logs === "own" || (logs && !sidecar.logConfiguration);
  if (!hasOwnLogs) return { container, logGroup: undefined };
  const logGroup = `/prisma/defender/${definition.family}`;
  const options = { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "defender" };
  return { container: { ...container, logConfiguration: { logDriver: "awslogs", options } }, logGroup };
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
