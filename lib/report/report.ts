import { DEFENDER } from "../defender";
import { percentOf } from "../percent";
import { defenderVersion } from "../protection/defender-image";
import type { ProtectedTask } from "../protection/protected-task";
import { defenderShare } from "../task/fargate-size";
import type { Task } from "../task/task";
import { excerpt, join, pathText, type SafeText, text } from "../text/safe-text";

/**
 * The result of a run, for people and pipelines: `cdktf.out/runtime-defense.json`, described by
 * docs/report.schema.json. It holds no secret, no text with line breaks or control characters, and nothing
 * that changes from one run to the next.
 */
export type Report = {
  readonly stack: SafeText;
  readonly region: SafeText;
  readonly console: { readonly url: SafeText; readonly version: SafeText };
  readonly coverage: { readonly containers: number; readonly protected: number; readonly percent: number };
  readonly installBundle: InstallBundlePlace;
  readonly tasks: readonly TaskReport[];
};

type InstallBundlePlace =
  | { readonly kind: "managed"; readonly file: SafeText }
  | { readonly kind: "existing"; readonly arn: SafeText };

export type TaskReport = {
  readonly file: SafeText;
  readonly family: SafeText;
  /** CPU units and MiB of the whole task; `defender` has the Defender's share of them. */
  readonly cpu: number;
  readonly memory: number;
  readonly defender: {
    /** The version that the image's tag names; null when a mirror's tag names none. */
    readonly version: SafeText | null;
    readonly image: SafeText;
    /** Whether `runtimeDefense.defenderImage` names the image; its path then holds no licence token. */
    readonly ownImage: boolean;
    readonly cpu: number;
    readonly memory: number;
    readonly logGroup: SafeText | null;
  };
  readonly containers: readonly ContainerReport[];
  readonly changes: readonly { readonly container: SafeText; readonly field: SafeText; readonly change: SafeText }[];
  readonly executionRole: ExecutionRole;
  readonly notices: readonly SafeText[];
};

type ContainerReport = {
  readonly name: SafeText;
  readonly image: SafeText;
  readonly protected: boolean;
  /** Why it was left out. */
  readonly reason: SafeText | null;
  /** What was read from its image, because the file names no entry point. */
  readonly lookedUp: LookedUpReport | null;
};

type LookedUpReport = {
  readonly digest: SafeText;
  readonly entryPoint: readonly SafeText[];
  readonly command: readonly SafeText[];
};

/** The stack's own role, or the task's. The task's needs `statements`: the stack grants them, or the owner has to. */
type ExecutionRole =
  | { readonly kind: "stack" }
  | {
      readonly kind: "task";
      readonly arn: SafeText;
      readonly granted: boolean;
      readonly statements: readonly object[];
    };

export type ReportFacts = {
  readonly stack: string;
  readonly region: string;
  readonly console: { readonly url: string; readonly version: string };
  /** The existing secret that the bundle is read from, or the file that hands it to Terraform. */
  readonly installBundle: { readonly arn: string } | { readonly file: string };
  readonly tasks: readonly ProtectedTask[];
  /** The IAM statements that a task's own role needs. */
  readonly statementsFor: (roleArn: string) => readonly object[];
  /** Whether the stack grants them to the role. */
  readonly grantsRoles: boolean;
};

export function buildReport({ tasks, statementsFor, grantsRoles, ...facts }: ReportFacts): Report {
  const roleOf = (arn: string | undefined): ExecutionRole =>
    arn === undefined
      ? { kind: "stack" }
      : { kind: "task", arn: excerpt(arn, LONG), granted: grantsRoles, statements: statementsFor(arn) };
  const reports = tasks.map((task) => taskReport(task, roleOf));
  const containers = reports.flatMap((task) => task.containers);
  const covered = containers.filter((container) => container.protected).length;
  const percent = percentOf(covered, containers.length);
  const { installBundle: bundle } = facts;
  return {
    stack: excerpt(facts.stack),
    region: excerpt(facts.region),
    console: { url: excerpt(facts.console.url, LONG), version: excerpt(facts.console.version) },
    coverage: { containers: containers.length, protected: covered, percent },
    installBundle:
      "arn" in bundle
        ? { kind: "existing", arn: excerpt(bundle.arn, LONG) }
        : { kind: "managed", file: excerpt(bundle.file, LONG) },
    tasks: reports,
  };
}

// Longer texts in a report are cut: nobody reads more than this.
const LONG = 1000;

/** The name of a task or container as the report has it: as long as ECS takes it, and masked. */
export function nameInReport(name: string): SafeText {
  return excerpt(name, 255);
}

/** The Defender's share of a task's size, as a phrase. */
export function defenderPart({ cpu, memory }: TaskReport["defender"]): SafeText {
  const size = cpu > 0 ? text`${cpu} CPU units and ${memory} MiB` : text`${memory} MiB`;
  return text`of which ${size} are to be left for the Defender`;
}

/** The note beside the Defender's image: whether its path may be shown to others. */
export function licenceNote({ ownImage }: TaskReport["defender"]): SafeText {
  return ownImage ? text`your own mirror` : text`its path holds the licence token`;
}

function taskReport(
  { task, definition, sidecar, changes, logGroup, notices }: ProtectedTask,
  roleOf: (executionRoleArn: string | undefined) => ExecutionRole,
): TaskReport {
  const share = defenderShare(task.runtimeDefense.sidecar);
  const version = defenderVersion(sidecar.image);
  return {
    file: pathText(task.file),
    family: nameInReport(definition.family),
    cpu: Number(definition.cpu),
    memory: Number(definition.memory),
    defender: {
      version: version === undefined ? null : excerpt(version),
      image: excerpt(sidecar.image, LONG),
      ownImage: task.runtimeDefense.defenderImage !== undefined,
      ...share,
      logGroup: logGroup === undefined ? null : excerpt(logGroup, LONG),
    },
    containers: definition.containerDefinitions
      .filter(({ name }) => name !== DEFENDER)
      .map((container) => containerReport(task, container)),
    changes: changes.map(({ container, field, change }) => ({
      container: nameInReport(container),
      field: excerpt(field),
      change,
    })),
    executionRole: roleOf(task.definition.executionRoleArn),
    notices: [...task.notices.map((notice) => notice.text), ...notices],
  };
}

function containerReport(
  { runtimeDefense, lookedUp }: Task,
  { name, image }: { readonly name: string; readonly image: string },
): ContainerReport {
  const reason = new Map(Object.entries(runtimeDefense.exclude)).get(name);
  const found = lookedUp.find(({ container }) => container === name);
  return {
    name: nameInReport(name),
    image: excerpt(image, LONG),
    protected: reason === undefined,
    reason: reason === undefined ? null : excerpt(reason, LONG),
    lookedUp: found
      ? { digest: excerpt(found.digest), entryPoint: found.entryPoint.map(word), command: found.command.map(word) }
      : null,
  };
}

/** `starts nginx -g …, as its image sha256:0123456789ab says` */
export function startOf({ digest, entryPoint, command }: LookedUpReport): SafeText {
  return text`starts ${join([...entryPoint, ...command], " ")}, as its image ${digest.slice(0, 19)} says`;
}

// A word with spaces is a script, and people put credentials in scripts, against all advice.
function word(outside: string): SafeText {
  return /\s/.test(outside) ? text`…` : excerpt(outside);
}
