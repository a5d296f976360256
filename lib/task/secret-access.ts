import type { StackSettings } from "../settings/stack";
import { excerpt, join, quote, text } from "../text/safe-text";
import type { Draft } from "./draft";
import { notice, problem, type Step } from "./finding";
import type { Path } from "./json-path";
import type { ContainerDefinition } from "./schema";

/** The stack that a task is for: where it is, and what its execution role may read. */
export type SecretReader = Pick<StackSettings, "region" | "secretArns">;

/**
 * A task without an execution role of its own gets the stack's, which reads what `secretArns` lists: ARNs, of which one may
 * end in `*`, and a secret's in `-??????`. Without a stack there is no such role.
 */
export function* checkSecretAccess(draft: Draft, stack?: SecretReader): Step {
  const { task } = draft;
  if (task.values.executionRoleArn !== undefined || task.isUnclear("executionRoleArn")) return;
  if (stack === undefined) return yield* checkNoRole(draft);
  for (const { path, source } of secretReferences(draft)) {
    if (stack.secretArns.some((arn) => covers(arn, source, stack.region))) continue;
    const isArn = source.startsWith("arn:");
    const arn = isArn ? quote(arnInPolicy(source), 300) : text`the ARN of ${quote(source)} in ${stack.region}`;
    yield problem(
      path,
      () =>
        text`the stack's role is not allowed to read it. Add ${arn} to SECRET_ARNS, or name an executionRoleArn that may read it.`,
    );
  }
}

function* checkNoRole({ containers }: Draft): Step {
  for (const { path, values } of containers) {
    const { options, secretOptions } = values.logConfiguration ?? {};
    const needs = [
      values.secrets && "secrets",
      secretOptions && "logConfiguration.secretOptions",
      options?.["awslogs-create-group"] && "awslogs-create-group",
      values.repositoryCredentials && "repositoryCredentials",
      values.environmentFiles && "environmentFiles",
    ].filter((need) => typeof need === "string");
    if (needs.length === 0) continue;
    const list = join(needs.map((need) => excerpt(need)));
    yield notice(path, () => text`uses ${list}, so the task needs an executionRoleArn whose role may do that.`);
  }
}

type SecretReference = {
  readonly path: Path;
  /** An ARN, or the name of an SSM parameter. */
  readonly source: string;
};

function secretReferences({ containers, runtimeDefense }: Draft): readonly SecretReference[] {
  const { repositoryCredentials } = runtimeDefense.values.sidecar ?? {};
  // An empty one has been refused as such.
  const ofSidecar = repositoryCredentials?.credentialsParameter ? { repositoryCredentials } : {};
  const sidecar = { path: ["runtimeDefense", "sidecar"], values: ofSidecar };
  return [...containers, sidecar].flatMap(({ path, values }) => secretsOf(values, path));
}

type SecretKeys = "secrets" | "logConfiguration" | "repositoryCredentials";

/**
 * Where a container's secrets come from, as its task definition says it.
 *
 * @param path the container's own
 */
export function secretsOf(
  { secrets = [], logConfiguration, repositoryCredentials }: Partial<Pick<ContainerDefinition, SecretKeys>>,
  path: Path = [],
): readonly SecretReference[] {
  const references = (list: typeof secrets, ...keys: Path) =>
    list.map(({ valueFrom }, index) => ({ path: [...path, ...keys, index, "valueFrom"], source: valueFrom }));
  const credentials = repositoryCredentials ? [repositoryCredentials.credentialsParameter] : [];
  return [
    ...references(secrets, "secrets"),
    ...references(logConfiguration?.secretOptions ?? [], "logConfiguration", "secretOptions"),
    ...credentials.map((source) => ({ path: [...path, "repositoryCredentials", "credentialsParameter"], source })),
  ];
}

/** Whether an IAM statement on `allowed` lets ECS in the region read `source`. */
function covers(allowed: string, source: string, region: string): boolean {
  const isArn = source.startsWith("arn:");
  // A name is looked up in the task's own account, which isn't known here, and region.
  if (!isArn && allowed.split(":")[3] !== region) return false;
  const pattern = isArn ? allowed : (allowed.split(":parameter/")[1] ?? "");
  const wanted = isArn ? possibleArns(source) : [parameterName(source)];
  return pattern.endsWith("*") ? wanted.some((one) => one.startsWith(pattern.slice(0, -1))) : wanted.includes(pattern);
}

// Secrets Manager ends an ARN in one. ECS takes the ARN without it as well, but IAM compares the whole one.
const SUFFIX = /-[A-Za-z0-9]{6}$/;
const ANY_SUFFIX = "-??????";

/** What a policy has to name for ECS to read what a task gives the ARN of. */
export function arnInPolicy(source: string): string {
  const arn = withoutSelector(source);
  return isSecret(arn) && !SUFFIX.test(arn) ? arn + ANY_SUFFIX : arn;
}

/** All that a policy may name for that. A secret's name may end as a suffix does, so such an ARN may be whole or not. */
function possibleArns(source: string): readonly string[] {
  const arn = withoutSelector(source);
  if (!isSecret(arn)) return [arn];
  const whole = SUFFIX.test(arn) ? [arn, arn.replace(SUFFIX, ANY_SUFFIX)] : [];
  return [...whole, arn + ANY_SUFFIX];
}

const isSecret = (arn: string) => arn.split(":")[2] === "secretsmanager";

/** The ARN as IAM knows it: what follows picks a JSON key, a stage, a version or a label. */
export function withoutSelector(arn: string): string {
  const parts = arn.split(":");
  return parts.slice(0, isSecret(arn) ? 7 : 6).join(":");
}

/** A parameter's name as its ARN has it; a version or a label may follow it. */
export function parameterName(source: string): string {
  return source.replace(/^\//, "").replace(/:.*$/s, "");
}
