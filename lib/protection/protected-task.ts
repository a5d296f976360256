import { BUNDLE_VARIABLE } from "../defender";
import { defined } from "../defined";
import { byText, type JsonObject } from "../json";
import type { ContainerDefinition, TaskDefinition } from "../task/schema";
import type { Task } from "../task/task";
import type { SafeText } from "../text/safe-text";
import type { Secret } from "../text/secret";
import { type Change, findChanges } from "./changes";
import { findNotices } from "./notices";
import { type ProofFacts, proveAnswer } from "./proof";

/**
 * A task definition that is proven to be protected. Only `prove` creates one, and the stack accepts
 * nothing else.
 */
export class ProtectedTask {
  // Private also at run time: an object that only looks like a protected task has no definition to deploy.
  readonly #definition: TaskDefinition;

  private constructor(
    readonly task: Task,
    definition: TaskDefinition,
    /** The last container of the definition. */
    readonly sidecar: ContainerDefinition,
    readonly installBundle: Secret,
    /** The sidecar's own log group, `/prisma/defender/<family>`, if it has one. */
    readonly logGroup: string | undefined,
    /** Facts about the Console's answer that people should know. */
    readonly notices: readonly SafeText[],
  ) {
    this.#definition = definition;
  }

  get family(): string {
    return this.#definition.family;
  }

  /**
   * The task definition to deploy: excluded containers back in their places, the sidecar last, environment
   * and secrets sorted, no install bundle. `withInstallBundle…` adds the bundle.
   */
  get definition(): TaskDefinition {
    return this.#definition;
  }

  /** The changes that protection made to each container. */
  get changes(): readonly Change[] {
    return findChanges(this.task.definition, this.#definition);
  }

  /** Makes the sidecar read the bundle from a secret. `valueFrom`: its ARN, or an expression that yields the ARN. */
  withInstallBundleFrom(valueFrom: string): TaskDefinition {
    return this.#withSidecar({ secrets: [{ name: BUNDLE_VARIABLE, valueFrom }] });
  }

  /** Adds the bundle in clear, as the Console sent it. Not for anything that is stored. */
  withInstallBundleInClear(): TaskDefinition {
    const bundle = { name: BUNDLE_VARIABLE, value: this.installBundle.reveal() };
    return this.#withSidecar({ environment: inOrder([bundle, ...(this.sidecar.environment ?? [])]) });
  }

  #withSidecar(part: Partial<ContainerDefinition>): TaskDefinition {
    const applications = this.#definition.containerDefinitions.slice(0, -1);
    return { ...this.#definition, containerDefinitions: [...applications, { ...this.sidecar, ...part }] };
  }

  /**
   * Proves that `answer` is `task` with its protection, and that nothing else changed.
   *
   * @throws ProofError with the first deviations, and the number of the others.
   */
  static prove(task: Task, answer: JsonObject, facts: ProofFacts): ProtectedTask {
    const { definition, sidecar: answeredSidecar, installBundle } = proveAnswer(task, answer, facts);
    const { container, logGroup } = withSettings(withoutBundle(answeredSidecar), task, facts.region);
    const sidecar = ordered(container);
    const answered = new Map(definition.containerDefinitions.map((one) => [one.name, one]));
    // In the file's order: the order in the answer has no meaning.
    const applications = task.definition.containerDefinitions.map(
      (original) => answered.get(original.name) ?? original,
    );
    const whole = { ...definition, containerDefinitions: [...applications.map(ordered), sidecar] };
    const notices = findNotices(task, definition, answeredSidecar, facts.console);
    return new ProtectedTask(task, whole, sidecar, installBundle, logGroup, notices);
  }
}

function withoutBundle(sidecar: ContainerDefinition): ContainerDefinition {
  return { ...sidecar, environment: (sidecar.environment ?? []).filter(({ name }) => name !== BUNDLE_VARIABLE) };
}

/** Adds to the sidecar what the task's file sets: size, ports, the registry's credentials, and its own log group. */
function withSettings(sidecar: ContainerDefinition, { definition, runtimeDefense }: Task, region: string) {
  const { logs, ...settings } = runtimeDefense.sidecar;
  const container: ContainerDefinition = { ...sidecar, ...defined(settings) };
  // "own" replaces the log configuration that the Console copied from an application container.
  const hasOwnLogs = logs === "own" || (logs && !sidecar.logConfiguration);
  if (!hasOwnLogs) return { container, logGroup: undefined };
  const logGroup = `/prisma/defender/${definition.family}`;
  const options = { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "defender" };
  return { container: { ...container, logConfiguration: { logDriver: "awslogs", options } }, logGroup };
}

// Sorts both as the AWS provider does, so that their order never shows up in a plan.
function ordered(container: ContainerDefinition): ContainerDefinition {
  const { environment, secrets } = container;
  return {
    ...container,
    ...(environment && { environment: inOrder(environment) }),
    ...(secrets && { secrets: inOrder(secrets) }),
  };
}

function inOrder<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return [...entries].sort((one, other) => byText(one.name, other.name));
}
