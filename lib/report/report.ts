import { DEFENDER } from "../defender";
import { oneLine } from "../outside-text";
import type { ProtectedTask } from "../protection/protected-task";
import { redact } from "../secret";
import { percentOf } from "../share";
import { defenderShare } from "../task/room";
import type { Task } from "../task/task";

/**
 * What a run did, for people and pipelines: `cdktf.out/runtime-defense.json`, described by
 * docs/report.schema.json. No secret, no line breaks or control characters in any text, nothing that
 * changes from one run to the next.
 */
export type Report = {
  readonly stack: string;
  readonly region: string;
  readonly console: { readonly url: string; readonly version: string };
  readonly coverage: { readonly containers: number; readonly protected: number; readonly percent: number };
  readonly installBundle: InstallBundlePlace;
  readonly tasks: readonly TaskReport[];
};

export type InstallBundlePlace =
  | { readonly kind: "managed"; readonly file: string }
  | { readonly kind: "existing"; readonly arn: string };

export type TaskReport = {
  readonly file: string;
  readonly family: string;
  /** CPU units and MiB of the task, and of these the Defender's share. */
  readonly cpu: number;
  readonly memory: number;
  readonly defender: {
    readonly version: string;
    readonly image: string;
    /** Whether `runtimeDefense.defenderImage` names it, so that no licence token is in its path. */
    readonly ownImage: boolean;
    readonly cpu: number;
    readonly memory: number;
    readonly logGroup: string | null;
  };
  readonly containers: readonly ContainerReport[];
  readonly changes: readonly { readonly container: string; readonly field: string; readonly change: string }[];
  readonly executionRole: ExecutionRole;
  readonly notices: readonly string[];
};

export type ContainerReport = {
  readonly name: string;
  readonly image: string;
  readonly protected: boolean;
  /** Why it was left out. */
  readonly reason: string | null;
};

/** The stack's own role, or the task's: the stack grants it `statements`, or its owner has to allow them. */
export type ExecutionRole =
  | { readonly kind: "stack" }
  | {
      readonly kind: "task";
      readonly arn: string;
      readonly granted: boolean;
      readonly statements: readonly object[];
    };

export type ReportFacts = Pick<Report, "stack" | "region" | "console" | "installBundle"> & {
  readonly tasks: readonly ProtectedTask[];
  /** What a role of the task's own has to be allowed. */
  readonly statementsFor: (roleArn: string) => readonly object[];
  /** Whether the stack grants that to the role. */
  readonly grantsRoles: boolean;
};

export function buildReport({ tasks, statementsFor, grantsRoles, ...facts }: ReportFacts): Report {
  const roleOf = (arn: string | undefined): ExecutionRole =>
    arn === undefined ? { kind: "stack" } : { kind: "task", arn, granted: grantsRoles, statements: statementsFor(arn) };
  const reports = tasks.map((task) => taskReport(task, facts.console.version, roleOf));
  const containers = reports.flatMap((task) => task.containers);
  const covered = containers.filter((container) => container.protected).length;
  const percent = percentOf(covered, containers.length);
  const { installBundle: bundle } = facts;
  const installBundle = bundle.kind === "managed" ? bundle : { ...bundle, arn: plain(bundle.arn) };
  return {
    ...facts,
    installBundle,
    coverage: { containers: containers.length, protected: covered, percent },
    tasks: reports,
  };
}

function taskReport(
  { task, definition, sidecar, changes, logGroup, notices }: ProtectedTask,
  consoleVersion: string,
  roleOf: (executionRoleArn: string | undefined) => ExecutionRole,
): TaskReport {
  const share = defenderShare(task.runtimeDefense);
  return {
    file: plain(task.file),
    family: definition.family,
    cpu: Number(definition.cpu),
    memory: Number(definition.memory),
    defender: {
      version: versionOf(sidecar.image) ?? consoleVersion,
      image: plain(sidecar.image),
      ownImage: task.runtimeDefense.defenderImage !== undefined,
      ...share,
      logGroup: logGroup ?? null,
    },
    containers: definition.containerDefinitions
      .filter(({ name }) => name !== DEFENDER)
      .map((container) => containerReport(task, container)),
    changes: changes.map((change) => ({ ...change, change: plain(change.change) })),
    executionRole: roleOf(task.definition.executionRoleArn),
    notices: [...task.notices.map((notice) => notice.text), ...notices].map(plain),
  };
}

function containerReport({ runtimeDefense }: Task, { name, image }: { name: string; image: string }): ContainerReport {
  const reason = Object.hasOwn(runtimeDefense.exclude, name) ? (runtimeDefense.exclude[name] ?? "") : null;
  return { name, image: plain(image), protected: reason === null, reason: reason === null ? null : plain(reason) };
}

// A Defender image's tag is its version: defender_34_04_145.
function versionOf(image: string): string | undefined {
  return /:defender_(\d+_\d+_\d+)$/.exec(image)?.[1]?.replaceAll("_", ".");
}

function plain(text: string): string {
  return oneLine(redact(text), 1000);
}
