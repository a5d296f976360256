import { DEFENDER } from "../defender";
import { percentOf } from "../percent";
import { defenderVersion } from "../protection/defender-image";
import type { ProtectedTask } from "../protection/protected-task";
import { defenderShare } from "../task/fargate-size";
import type { ContainerDefinition } from "../task/schema";
import type { Task } from "../task/task";
import { excerpt, join, pathText, type SafeText, text } from "../text/safe-text";

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

/**
 * The result of a run, for people and pipelines: `cdktf.out/runtime-defense.json`, described by
 * docs/report.schema.json. It holds no secret, no text with line breaks or control characters, and nothing
 * that changes from one run to the next.
 */
export type Report = Readonly<ReturnType<typeof buildReport>>;

export function buildReport(facts: ReportFacts) {
  const tasks = facts.tasks.map((task) => taskReport(task, facts));
  const containers = tasks.flatMap((task) => task.containers);
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
        ? { kind: "existing" as const, arn: excerpt(bundle.arn, LONG) }
        : { kind: "managed" as const, file: excerpt(bundle.file, LONG) },
    tasks,
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

export type TaskReport = Readonly<ReturnType<typeof taskReport>>;

function taskReport(protectedTask: ProtectedTask, { statementsFor, grantsRoles }: ReportFacts) {
  const { task, definition, sidecar, changes, logGroup, notices } = protectedTask;
  const version = defenderVersion(sidecar.image);
  const arn = task.definition.executionRoleArn;
  return {
    file: pathText(task.file),
    family: nameInReport(definition.family),
    /** CPU units and MiB of the whole task; `defender` has the Defender's share of them. */
    cpu: Number(definition.cpu),
    memory: Number(definition.memory),
    defender: {
      /** The version that the image's tag names; null when a mirror's tag names none. */
      version: version === undefined ? null : excerpt(version),
      image: excerpt(sidecar.image, LONG),
      /** Whether `runtimeDefense.defenderImage` names the image; its path then holds no licence token. */
      ownImage: task.runtimeDefense.defenderImage !== undefined,
      ...defenderShare(task.runtimeDefense.sidecar),
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
    /** The stack's own role, or the task's. The task's needs `statements`: the stack grants them, or the owner has to. */
    executionRole:
      arn === undefined
        ? { kind: "stack" as const }
        : { kind: "task" as const, arn: excerpt(arn, LONG), granted: grantsRoles, statements: statementsFor(arn) },
    notices: [...task.notices.map((notice) => notice.text), ...notices],
  };
}

function containerReport({ runtimeDefense, lookedUp }: Task, { name, image }: ContainerDefinition) {
  const reason = new Map(Object.entries(runtimeDefense.exclude)).get(name);
  const found = lookedUp.find(({ container }) => container === name);
  return {
    name: nameInReport(name),
    image: excerpt(image, LONG),
    protected: reason === undefined,
    /** Why it was left out. */
    reason: reason === undefined ? null : excerpt(reason, LONG),
    /** What was read from its image, because the file names no entry point. */
    lookedUp: found
      ? { digest: excerpt(found.digest), entryPoint: found.entryPoint.map(word), command: found.command.map(word) }
      : null,
  };
}

type LookedUp = NonNullable<ReturnType<typeof containerReport>["lookedUp"]>;

/** `starts nginx -g …, as its image sha256:0123456789ab says` */
export function startOf({ digest, entryPoint, command }: LookedUp): SafeText {
  return text`starts ${join([...entryPoint, ...command], " ")}, as its image ${digest.slice(0, 19)} says`;
}

// A word with spaces is a script, and people put credentials in scripts, against all advice.
function word(outside: string): SafeText {
  return /\s/.test(outside) ? text`…` : excerpt(outside);
}
