import { asText, isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectOf } from "../json";
import { REMOTE_BACKENDS } from "../settings/state";
import { parseSource, UnreadableError } from "../task/source";
import { quote, type SafeText, text } from "../text/safe-text";
import { BUNDLE_CONDITION, TERRAFORM_BUNDLE_VARIABLE } from "./names";
import { expressionsIn } from "./terraform-text";

/** The names that a stack's cdk.tf.json may hold. Terraform would run or read anything else, with access to AWS credentials. */
const ALLOWED: Allowed = {
  "//": "anything",
  terraform: { backend: anyOf("local", ...REMOTE_BACKENDS), required_providers: anyOf("aws") },
  provider: { aws: anyOf("default_tags", "region") },
  variable: anyOf(TERRAFORM_BUNDLE_VARIABLE),
  resource: anyOf(
    "aws_cloudwatch_log_group",
    "aws_ecs_cluster",
    "aws_ecs_task_definition",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_secretsmanager_secret",
    "aws_secretsmanager_secret_version",
  ),
  output: "anything",
};

type Allowed = "anything" | { readonly [name: string]: Allowed };

function anyOf(...names: readonly string[]): Allowed {
  return Object.fromEntries(names.map((name) => [name, "anything"]));
}

const FORBIDDEN_ARGUMENTS = ["connection", "provider", "provisioner"];
const PROVIDER_SOURCES = ["aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws"];
const REFERENCE = /^(var|aws_\w+)(\.[\w-]+)+$/;

type StackFile = {
  /** The declared backends: one, or none for Terraform's default, a local file. undefined when they can't be read. */
  readonly backends: readonly string[] | undefined;
  /** Content that it must not have, such as `the expression "path.cwd"`. */
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
  const backends = settings.flatMap(({ backend }) => entriesIn(backend).map(([name]) => name));
  return {
    backends,
    unexpected: [
      ...othersIn(stack, ALLOWED),
      ...(backends.length > 1 ? [text`${backends.length} backends`] : []),
      ...settings.flatMap(({ required_providers }) => unexpectedSources(required_providers)),
      ...unexpectedArguments(stack.resource),
      ...[...new Set(expressionsIn(stack))]
        .filter((expression) => expression !== BUNDLE_CONDITION && !REFERENCE.test(expression))
        .map((expression) => text`the expression ${quote(expression, 80)}`),
    ],
  };
}

/** The names that are not allowed, each with the names around it. */
function othersIn(value: JsonValue | undefined, allowed: Allowed, around = ""): readonly SafeText[] {
  if (allowed === "anything") return [];
  return entriesIn(value).flatMap(([name, child]) => {
    const below = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    return below
      ? othersIn(child, below, `${around}${name}.`)
      : [text`${quote(`${around}${name}`)}, which synth does not write`];
  });
}

function unexpectedSources(providers: JsonValue | undefined): readonly SafeText[] {
  const sources = entriesIn(providers).map(([, requirement]) => asText(objectOf(requirement).source ?? ""));
  return sources
    .filter((source) => !PROVIDER_SOURCES.includes(source))
    .map((source) => text`a provider from ${quote(source)}`);
}

function unexpectedArguments(resource: JsonValue | undefined): readonly SafeText[] {
  return entriesIn(resource).flatMap(([type, named]) =>
    entriesIn(named).flatMap(([name, body]) =>
      entriesIn(body)
        .filter(([argument]) => FORBIDDEN_ARGUMENTS.includes(argument))
        .map(([argument]) => text`a "${argument}" in ${type}.${name}`),
    ),
  );
}

/** In Terraform's JSON a block is an object, or a list of them. */
function blocksOf(value: JsonValue | undefined): readonly JsonObject[] {
  if (isJsonArray(value)) return value.flatMap(blocksOf);
  return isJsonObject(value) ? [value] : [];
}

function entriesIn(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  return blocksOf(value).flatMap((block) => Object.entries(block));
}
