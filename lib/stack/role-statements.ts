import { accountOf, type Place } from "../arn";
import { parseEcrRegistry } from "../ecr-registry";
import { groupBy } from "../group-by";
import type { ProtectedTask } from "../protection/protected-task";
import type { StackSettings } from "../settings/stack";
import { sortedSet } from "../sorted-set";
import { createsGroup } from "../task/logs";
import type { ContainerDefinition, TaskDefinition } from "../task/schema";
import { arnsInPolicy, secretsOf, withoutSelector } from "../task/secret-access";
import { resourceNames } from "./names";

/** One statement of an IAM policy. */
type Statement = {
  readonly Effect: "Allow";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
};

/**
 * Returns what an execution role that tasks name needs to start them: ECR pulls, logs, secrets, environment files, and
 * the install bundle. Only the beginning of the name of the stack's own secret is known.
 */
export function statementsForRole(
  roleArn: string,
  tasks: readonly ProtectedTask[],
  settings: StackSettings,
): readonly Statement[] {
  const { name, partition, region, installBundleSecretArn, installBundleKmsKeyArn } = settings;
  const account = accountOf(roleArn) ?? "*";
  const { bundleSecretPrefix } = resourceNames(name);
  const managed = `arn:${partition}:secretsmanager:${region}:${account}:secret:${bundleSecretPrefix}*`;
  const needs = tasks
    .filter(({ definition }) => definition.executionRoleArn === roleArn)
    .flatMap(({ definition }) => needsOf(definition, { partition, region, account }));
  return [...installBundleStatements(installBundleSecretArn ?? managed, installBundleKmsKeyArn), ...grouped(needs)];
}

/** Returns what the stack's own role needs besides the install bundle and AWS' managed policy AmazonECSTaskExecutionRolePolicy. */
export function statementsForStackRole(
  tasks: readonly ProtectedTask[],
  { partition, region, secretArns }: StackSettings,
): readonly Statement[] {
  const needs = tasks
    .filter(({ definition }) => definition.executionRoleArn === undefined)
    .flatMap(({ definition }) => needsOf(definition, { partition, region, account: "*" }));
  // Only the secrets that SECRET_ARNS names: a task file alone must not give access to one.
  const beyondManaged = needs.filter(([action]) => action === "logs:CreateLogGroup" || action.startsWith("s3:"));
  return grouped([...secretArns.map(secretNeed), ...beyondManaged]);
}

/** Returns the statements for reading the install bundle, and nothing else. */
export function installBundleStatements(secret: string, kmsKeyArn?: string): readonly Statement[] {
  const secretArn = withoutSelector(secret);
  const read = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secretArn } as const;
  if (!kmsKeyArn) return [read];
  // StringLike, since before the first deployment only the prefix of the secret's name is known.
  const Condition = { StringLike: { "kms:EncryptionContext:SecretARN": secretArn } };
  return [read, { Effect: "Allow", Action: "kms:Decrypt", Resource: kmsKeyArn, Condition }];
}

/** An action, and the resource that it is needed for. */
type Need = readonly [action: string, resource: string];

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
function needsOf({ containerDefinitions }: TaskDefinition, place: Place): readonly Need[] {
  return containerDefinitions.flatMap((container) => [
    ...imageNeeds(container.image, place),
    ...logNeeds(container, place),
    ...secretsOf(container).flatMap((source) => arnsInPolicy(source, place).map(secretNeed)),
    ...(container.environmentFiles ?? []).flatMap(({ value }): readonly Need[] => [
      ["s3:GetObject", value],
      ["s3:GetBucketLocation", value.replace(/\/.*$/s, "")],
    ]),
  ]);
}

function imageNeeds(image: string, { partition }: Place): readonly Need[] {
  const [, registry = "", repository = ""] = /^([^/]+)\/([^:@]+)/.exec(image) ?? [];
  const ecr = parseEcrRegistry(registry);
  if (!ecr) return [];
  const arn = `arn:${partition}:ecr:${ecr.region}:${ecr.account}:repository/${repository}`;
  const onRepository = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
  return [["ecr:GetAuthorizationToken", "*"], ...onRepository.map((action): Need => [action, arn])];
}

function logNeeds({ logConfiguration }: ContainerDefinition, { partition, region, account }: Place): readonly Need[] {
  const { logDriver, options = {} } = logConfiguration ?? {};
  const group = options["awslogs-group"];
  if (logDriver !== "awslogs" || group === undefined) return [];
  const arn = `arn:${partition}:logs:${options["awslogs-region"] ?? region}:${account}:log-group:${group}:*`;
  const create = createsGroup(options) ? ["logs:CreateLogGroup"] : [];
  return [...create, "logs:CreateLogStream", "logs:PutLogEvents"].map((action): Need => [action, arn]);
}

function secretNeed(arn: string): Need {
  const service = arn.split(":")[2];
  if (service === "kms") return ["kms:Decrypt", arn];
  return [service === "ssm" ? "ssm:GetParameters" : "secretsmanager:GetSecretValue", arn];
}

/** One statement per set of actions, with all resources that need exactly these. */
function grouped(needs: readonly Need[]): readonly Statement[] {
  const byResource = groupBy(needs, ([, resource]) => resource);
  const resources = [...byResource].map(([resource, same]) => ({
    resource,
    actions: sortedSet(same.map(([action]) => action)),
  }));
  return [...groupBy(resources, ({ actions }) => actions.join())]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, same]) => ({
      Effect: "Allow",
      Action: oneOrAll(same[0].actions),
      Resource: oneOrAll(sortedSet(same.map(({ resource }) => resource))),
    }));
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  const [first = "", ...others] = values;
  return others.length === 0 ? first : values;
}
