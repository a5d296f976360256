import * as v from "valibot";

import type { Place } from "../arn";
import type { StackSettings } from "../settings/stack";
import { quote, text } from "../text/safe-text";
import { valueFrom } from "./container-schema";
import type { Draft } from "./draft";
import { notice, problem, type Step } from "./finding";
import { entriesAt, type Path } from "./json-path";
import type { ContainerDefinition } from "./schema";

/** The stack that a task is for: its region, and what its execution role may read. */
export type SecretReader = Pick<StackSettings, "region" | "secretArns">;

/**
 * Checks that the stack's execution role may read the secrets of a task without a role of its own. `secretArns` lists
 * ARNs; each may end in `*`, and a secret's in `-??????`. Without a stack there is no role: it only yields notices.
 *
 * @param reported paths, joined by dots, that already have a problem
 */
export function* checkSecretAccess(draft: Draft, reported: ReadonlySet<string>, stack?: SecretReader): Step {
  const { task } = draft;
  if (task.values.executionRoleArn !== undefined || task.isUnclear("executionRoleArn")) return;
  if (stack === undefined) return yield* checkNoRole(draft);
  const place = { partition: "", region: stack.region, account: "" };
  for (const reference of [...draft.containers, draft.sidecar].flatMap(({ path, values }) => secretsOf(values, path))) {
    const { path, source, service } = reference;
    // The schema already refuses an empty one.
    if (source === "" || stack.secretArns.some((arn) => covers(arn, reference, stack.region))) continue;
    // A source that is wrong itself isn't quoted: SECRET_ARNS needs the corrected ARN.
    const isWrong = reported.has(path.join(".")) || (service === "ssm" && !v.is(valueFrom, source));
    const named = source.startsWith("arn:")
      ? quote(possibleArns(reference, place)[0], 300)
      : text`the ARN of ${quote(source)} in ${stack.region}`;
    const remedy = text`Add ${isWrong ? "its ARN" : named} to SECRET_ARNS, or name an executionRoleArn that may read it.`;
    yield problem(path)`the stack's role is not allowed to read it. ${remedy}`;
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
    yield notice(path)`uses ${needs.join(", ")}, so the task needs an executionRoleArn whose role may do that.`;
  }
}

type SecretReference = {
  readonly path: Path;
  /** An ARN, or a name. */
  readonly source: string;
  /** Where a name is looked up. */
  readonly service: "ssm" | "secretsmanager";
};

/**
 * Returns the sources of a container's secrets, as its task definition names them.
 *
 * @param path the container's path
 */
export function secretsOf(
  { secrets, logConfiguration, repositoryCredentials }: Partial<ContainerDefinition>,
  path: Path = [],
): readonly SecretReference[] {
  const variables = [
    ...entriesAt([...path, "secrets"], secrets),
    ...entriesAt([...path, "logConfiguration", "secretOptions"], logConfiguration?.secretOptions),
  ];
  const references = variables.map(([place, { valueFrom: source }]): SecretReference => {
    return { path: [...place, "valueFrom"], source, service: "ssm" };
  });
  if (!repositoryCredentials) return references;
  const place = [...path, "repositoryCredentials", "credentialsParameter"];
  const source = repositoryCredentials.credentialsParameter;
  return [...references, { path: place, source, service: "secretsmanager" }];
}

/** Whether an IAM statement on `allowed` lets ECS in the region read the source. */
function covers(allowed: string, source: SecretReference, region: string): boolean {
  // The task's own account isn't known here, so the one in `allowed` is used.
  const [, partition = "", , , account = ""] = allowed.split(":");
  return possibleArns(source, { partition, region, account }).some((arn) =>
    allowed.endsWith("*")
      ? arn.startsWith(allowed.slice(0, -1))
      : [arn, withAnySuffix(arn)].includes(allowed) || withAnySuffix(allowed) === arn,
  );
}

/** Returns the ARNs that a policy must name for ECS to read the source: both, if its ending may be suffix or name. */
export function arnsInPolicy(source: SecretReference, place: Place): readonly string[] {
  const arns = possibleArns(source, place);
  return RANDOM.test(arns[0]) ? [arns[0]] : arns;
}

/** Returns the ARNs that the source may mean: if a secret's ARN ends like a suffix, that may be the end of its name. */
function possibleArns({ source, service }: SecretReference, place: Place): readonly [string, ...string[]] {
  const { partition, region, account } = place;
  if (!source.startsWith("arn:")) {
    const name = service === "ssm" ? `parameter/${parameterName(source)}` : `secret:${source}${ANY_SUFFIX}`;
    return [`arn:${partition}:${service}:${region}:${account}:${name}`];
  }
  const arn = withoutSelector(source);
  if (!isSecret(arn)) return [arn];
  return SUFFIX.test(arn) ? [arn, arn + ANY_SUFFIX] : [arn + ANY_SUFFIX];
}

// Secrets Manager ends an ARN in this suffix. ECS also accepts the ARN without it, but IAM compares the whole ARN.
const SUFFIX = /-[A-Za-z0-9]{6}$/;
const ANY_SUFFIX = "-??????";
// A suffix that looks random, such as -AbCdEf or -x7hqz2, but not -secret or -Config.
const RANDOM = /-(?=[A-Za-z0-9]{6}$)[A-Za-z]*(?:\d|[A-Za-z][A-Z])/;

function withAnySuffix(arn: string): string {
  return arn.replace(SUFFIX, ANY_SUFFIX);
}

const isSecret = (arn: string) => arn.split(":")[2] === "secretsmanager";

/** Returns the ARN as IAM knows it, without a JSON key, stage, version or label. */
export function withoutSelector(arn: string): string {
  const parts = arn.split(":");
  return parts.slice(0, isSecret(arn) ? 7 : 6).join(":");
}

/** Returns a parameter's name as its ARN has it, without a version or label. */
function parameterName(source: string): string {
  return source.replace(/^\//, "").replace(/:.*$/s, "");
}
