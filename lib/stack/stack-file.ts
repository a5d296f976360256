import { asText, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { REMOTE_BACKENDS } from "../settings/state";
import { parseSource, UnreadableError } from "../task/source";
import { quote, type SafeText, text } from "../text/safe-text";
import { BUNDLE_CONDITION, TERRAFORM_BUNDLE_VARIABLE } from "./names";
import { expressionsIn } from "./terraform-text";

/** Everything that a stack's cdk.tf.json may hold. Terraform would run or read anything else, with access to AWS credentials. */
const BLOCKS = ["//", "terraform", "provider", "variable", "resource", "output"];
const SETTINGS = ["backend", "required_providers"];
const RESOURCES = [
  "aws_cloudwatch_log_group",
  "aws_ecs_cluster",
  "aws_ecs_task_definition",
  "aws_iam_role",
  "aws_iam_role_policy",
  "aws_iam_role_policy_attachment",
  "aws_secretsmanager_secret",
  "aws_secretsmanager_secret_version",
];
const FORBIDDEN_ARGUMENTS = ["connection", "provider", "provisioner"];
const PROVIDER_ARGUMENTS = ["default_tags", "region"];
const PROVIDER_SOURCES = ["aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws"];
const REFERENCE = /^(var|aws_\w+)(\.[\w-]+)+$/;

type StackFile = {
  /** The declared backends: one, or none for Terraform's default, a local file. undefined when they can't be read. */
  readonly backends: readonly string[] | undefined;
  /** Content that it must not have, such as `a "data" block`. */
  readonly unexpected: readonly SafeText[];
};

/** Reads a cdk.tf.json. Never throws because of its content. */
export function readStackFile(content: string): StackFile {
  try {
    return inspect(parseSource(content).document);
  } catch (error) {
    if (error instanceof UnreadableError) {
      return { backends: undefined, unexpected: error.remarks.map((remark) => unreadable(remark.text)) };
    }
    throw error;
  }
}

function unreadable(problem: SafeText): SafeText {
  return text`content that Terraform may read differently (${problem.replace(/\.$/, "")})`;
}

function inspect(stack: JsonValue): StackFile {
  if (!isJsonObject(stack)) return { backends: undefined, unexpected: [text`no JSON object`] };
  const settings = blocksOf(stack.terraform);
  const backends = settings.flatMap(({ backend }) => blocksOf(backend).flatMap((block) => Object.keys(block)));
  return {
    backends,
    unexpected: [
      ...othersIn(stack, BLOCKS).map((name) => text`a "${name}" block`),
      ...othersIn(stack.terraform, SETTINGS).map((name) => text`a "terraform.${name}" block`),
      ...backends
        .filter((name) => !["local", ...REMOTE_BACKENDS].includes(name))
        .map((name) => text`the backend ${quote(name)}`),
      ...(backends.length > 1 ? [text`${backends.length} backends`] : []),
      ...settings.flatMap(({ required_providers }) => blocksOf(required_providers)).flatMap(unexpectedSources),
      ...unexpectedProviders(stack.provider),
      ...othersIn(stack.variable, [TERRAFORM_BUNDLE_VARIABLE]).map((name) => text`the variable ${quote(name)}`),
      ...unexpectedResources(stack.resource),
      ...[...new Set(expressionsIn(stack))]
        .filter((expression) => expression !== BUNDLE_CONDITION && !REFERENCE.test(expression))
        .map((expression) => text`the expression ${quote(expression, 80)}`),
    ],
  };
}

function unexpectedSources(providers: JsonObject): readonly SafeText[] {
  return Object.entries(providers).flatMap(([name, requirement]) => {
    const source = isJsonObject(requirement) ? asText(requirement.source) : "";
    return name === "aws" && PROVIDER_SOURCES.includes(source)
      ? []
      : [text`the provider ${quote(`${name} (${source})`)}`];
  });
}

function unexpectedProviders(provider: JsonValue | undefined): readonly SafeText[] {
  return [
    ...othersIn(provider, ["aws"]).map((name) => text`the provider ${quote(name)}`),
    ...blocksOf(provider)
      .flatMap(({ aws }) => othersIn(aws, PROVIDER_ARGUMENTS))
      .map((name) => text`the argument ${quote(name)} of the provider aws`),
  ];
}

function unexpectedResources(resource: JsonValue | undefined): readonly SafeText[] {
  const bodies = entriesIn(resource).flatMap(([type, named]) =>
    entriesIn(named).flatMap(([name, body]) => blocksOf(body).map((block) => ({ address: `${type}.${name}`, block }))),
  );
  return [
    ...othersIn(resource, RESOURCES).map((type) => text`a resource of the type ${quote(type)}`),
    ...bodies.flatMap(({ address, block }) =>
      FORBIDDEN_ARGUMENTS.filter((argument) => Object.hasOwn(block, argument)).map(
        (argument) => text`a "${argument}" in ${address}`,
      ),
    ),
  ];
}

/** In Terraform's JSON a block is an object, or a list of them. */
function blocksOf(value: JsonValue | undefined): readonly JsonObject[] {
  if (isJsonArray(value)) return value.flatMap(blocksOf);
  return isJsonObject(value) ? [value] : [];
}

function entriesIn(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  return blocksOf(value).flatMap((block) => Object.entries(block));
}

/** The names in a block that are not expected there. */
function othersIn(value: JsonValue | undefined, expected: readonly string[]): readonly string[] {
  return entriesIn(value)
    .map(([name]) => name)
    .filter((name) => !expected.includes(name));
}
