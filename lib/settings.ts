import * as v from "valibot";

import { defined } from "./defined";
import { SettingsError } from "./errors";
import { isJsonObject } from "./json";
import { oneLine } from "./outside-text";
import { Secret } from "./secret";

/** All that the environment says, checked. The variables are described in the README. */
export type Settings = {
  readonly console: ConsoleSettings;
  /** A task definition file, or a folder of them. */
  readonly taskDefinitionPath: string;
  /** How many tasks are sent to the Console side by side. */
  readonly concurrency: number;
  readonly stack: StackSettings;
};

export type ConsoleSettings = {
  /** The path to Console, without a slash at the end. */
  readonly url: string;
  /** Tenant path included, without a slash at the end: `https://host/tenant/api/v1`. */
  readonly apiUrl: string;
  /** Full URLs that replace the ones derived from `apiUrl`. */
  readonly authenticateUrl?: string;
  readonly fargateUrl?: string;
  readonly user: string;
  readonly password: Secret;
  /** The host that Defenders dial. */
  readonly consoleAddress: string;
  readonly project?: string;
  /** PEM file with the certificate authority of the Console. */
  readonly caFile?: string;
  /** Milliseconds that one try of one call may take. */
  readonly timeoutMs: number;
  /** Milliseconds before the second try of a call; later ones double. */
  readonly retryDelayMs: number;
};

export type StackSettings = {
  readonly region: string;
  /** The ARN partition that the region lies in: `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  readonly defaultTags: Readonly<Record<string, string>>;
  /** An existing secret that holds the install bundle, possibly with `:json-key:stage:version`. */
  readonly installBundleSecretArn?: string;
  /** The customer's key that encrypts the install bundle's secret. */
  readonly installBundleKmsKeyArn?: string;
  readonly state: StateSettings;
};

export type StateSettings =
  | { readonly kind: "local" }
  | { readonly kind: "s3"; readonly bucket: string; readonly key: string; readonly region: string }
  | {
      readonly kind: "azure";
      readonly storageAccount: string;
      readonly resourceGroup: string;
      readonly container: string;
      readonly key: string;
    };

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingsError with every problem of every variable at once. */
export function parseSettings(environment: Environment): Settings {
  const given = present(environment);
  const parsed = v.safeParse(Variables, given, { abortPipeEarly: true });
  const problems = [...(parsed.issues ?? []).map(sentence), ...conflicts(given, environment)];
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems);
  const variables = parsed.output;
  const { TL_CONSOLE: url, TASK_GENERATION_API_ENDPOINT: fargateUrl, AWS_REGION: region } = variables;
  const path = url.href.replace(/\/+$/, "");
  // The original example says it in the endpoint's query.
  const addressInQuery = fargateUrl?.searchParams.get("consoleaddr") || undefined;

  return {
    console: defined({
      url: path,
      apiUrl: `${path}/api/${variables.TL_API_VERSION}`,
      authenticateUrl: variables.AUTH_API_ENDPOINT?.href,
      fargateUrl: fargateUrl?.href,
      user: variables.TL_USER,
      password: new Secret(variables.TL_PASS),
      consoleAddress: variables.TL_CONSOLE_ADDRESS ?? addressInQuery ?? url.hostname,
      project: variables.TL_PROJECT,
      caFile: variables.TL_CA_CERT,
      timeoutMs: variables.TL_TIMEOUT_MS,
      retryDelayMs: variables.TL_RETRY_DELAY_MS,
    }),
    taskDefinitionPath: variables.TASK_DEFINITION_PATH,
    concurrency: variables.TL_CONCURRENCY,
    stack: defined({
      region,
      partition: partitionOf(region),
      defaultTags: variables.DEFAULT_TAGS,
      installBundleSecretArn: variables.INSTALL_BUNDLE_SECRET_ARN,
      installBundleKmsKeyArn: variables.INSTALL_BUNDLE_KMS_KEY_ARN,
      state: stateSettings(variables),
    }),
  };
}

// Azure DevOps leaves `$(NAME)` standing for a variable that isn't set, some other tools `${NAME}`.
const UNEXPANDED = /^\$(\([\w.]+\)|\{\w+\})$/;

/** Whether a variable's value counts: an empty one and an unexpanded one are missing. */
export function isSet(value: string | undefined): value is string {
  const trimmed = value?.trim() ?? "";
  return trimmed !== "" && !UNEXPANDED.test(trimmed);
}

function present(environment: Environment): Environment {
  return Object.fromEntries(
    Object.keys(Variables.entries).map((name) => {
      const value = environment[name];
      return [name, isSet(value) ? (name === "TL_PASS" ? value : value.trim()) : undefined];
    }),
  );
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;
const HOST = /^(\[[\da-f:.]+\]|[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*)$/i;
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;
const SECRET_ARN =
  /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}(:[^:]*:[^:]*:[^:]*)?$/;
const KMS_KEY_ARN = /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;

const OptionalText = v.optional(v.string());
// Terraform evaluates nothing in a backend, so escaping would be taken literally.
const NoTemplate = v.pipe(
  v.string(),
  v.regex(/^(?!.*[$%]\{)/, "must not hold ${ or %{, which Terraform takes for a template"),
);
const text = (pattern: RegExp, message: v.ErrorMessage<v.RegexIssue<string>>) =>
  v.pipe(v.string(), v.regex(pattern, message));
const shown = (message: string) => (issue: { readonly input: string }) =>
  `${message}, got "${oneLine(issue.input, 80)}"`;

/** Plain http for this machine alone. The value isn't quoted: it may hold credentials. */
const SafeUrl = v.pipe(
  v.string(),
  v.url("must be a URL such as https://console.example.com:8083"),
  v.transform((url) => new URL(url)),
  v.check((url) => !url.username && !url.password, "must not hold credentials: they belong into TL_USER and TL_PASS"),
  v.check(
    ({ protocol }) => /^https?:$/.test(protocol),
    ({ input }) => `must begin with https://, got ${input.protocol}`,
  ),
  v.check(
    (url) => url.protocol === "https:" || LOOPBACK.test(url.hostname),
    ({ input }) => `must be https: plain http is for this machine alone, got host ${input.hostname}`,
  ),
  v.check((url) => url.hash === "", "must not hold a # fragment"),
);

const PathToConsole = v.pipe(
  v.string("is required: the path to Console, such as https://us-east1.cloud.twistlock.com/us-2-158123456"),
  v.transform((url) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `https://${url}`)),
  SafeUrl,
  v.check((url) => url.search === "", "must not hold a ? query"),
  v.check(
    (url) => !/\/api(\/v[\d.]+(\/.*)?)?\/*$/.test(url.pathname),
    "must be the path to Console, without /api and what follows",
  ),
);

const TAGS = 'must be a JSON object of strings such as {"team":"payments"}';
const Tags = v.pipe(
  v.string(),
  v.parseJson({}, TAGS),
  v.custom(isJsonObject, TAGS),
  v.record(v.string(), v.string("must hold strings only")),
);

function wholeNumber(fallback: string, min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  const isWithin = (value: string) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
  const check = v.check(isWithin, shown(message));
  return v.optional(v.pipe(v.string(), check, v.transform(Number)), fallback);
}

const Variables = v.object({
  TL_CONSOLE: PathToConsole,
  TL_USER: v.string("is required: the access key id, or the user's name"),
  TL_PASS: v.string("is required: the access key's secret, or the user's password"),
  AUTH_API_ENDPOINT: v.optional(SafeUrl),
  TASK_GENERATION_API_ENDPOINT: v.optional(
    v.pipe(
      SafeUrl,
      v.check(
        (url) => HOST.test(url.searchParams.get("consoleaddr") || "none"),
        "must have a host alone as its consoleaddr",
      ),
    ),
  ),
  TL_CONSOLE_ADDRESS: v.optional(text(HOST, shown("must be a host alone, without https://, port and path"))),
  TL_API_VERSION: v.optional(text(/^v(1|\d{2}\.\d{2})$/, shown("must be v1 or a version such as v34.04")), "v1"),
  TL_PROJECT: OptionalText,
  TL_CA_CERT: OptionalText,
  TL_TIMEOUT_MS: wholeNumber("30000", 100, 600_000),
  TL_RETRY_DELAY_MS: wholeNumber("1000", 1, 60_000),
  TL_CONCURRENCY: wholeNumber("8", 1, 64),
  TASK_DEFINITION_PATH: v.optional(v.string(), "original_task_definition.json"),
  AWS_REGION: v.optional(text(REGION, shown("must be a region such as eu-west-1")), "eu-west-1"),
  DEFAULT_TAGS: v.optional(Tags, "{}"),
  // Not shown: it may be the bundle itself, in the wrong variable.
  INSTALL_BUNDLE_SECRET_ARN: v.optional(
    text(
      SECRET_ARN,
      "must be the ARN of a Secrets Manager secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX with or without :json-key::",
    ),
  ),
  INSTALL_BUNDLE_KMS_KEY_ARN: v.optional(
    text(KMS_KEY_ARN, "must be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID"),
  ),
  TF_STATE_S3_BUCKET: v.optional(NoTemplate),
  TF_STATE_S3_KEY: v.optional(NoTemplate, "prisma-runtime-defense/terraform.tfstate"),
  TF_STATE_S3_REGION: v.optional(NoTemplate),
  TF_STATE_AZURE_STORAGE_ACCOUNT: v.optional(NoTemplate),
  TF_STATE_AZURE_RESOURCE_GROUP: v.optional(NoTemplate),
  TF_STATE_AZURE_CONTAINER: v.optional(NoTemplate),
  TF_STATE_AZURE_KEY: v.optional(NoTemplate, "prisma-runtime-defense.tfstate"),
});

type Variables = v.InferOutput<typeof Variables>;

function sentence(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => oneLine(String(key), 60));
  return `${path.join(".")} ${issue.message}.`;
}

const ARN_PLACE = /^arn:(aws[\w-]*):\w+:([a-z0-9-]+):\d{12}:/;

// Beside the schema, whose own checks across variables would wait until each is right by itself.
function conflicts(given: Environment, environment: Environment): readonly string[] {
  const problems: string[] = [];
  const region = v.safeParse(Variables.entries.AWS_REGION, given.AWS_REGION);
  for (const name of ["INSTALL_BUNDLE_SECRET_ARN", "INSTALL_BUNDLE_KMS_KEY_ARN"]) {
    const found = ARN_PLACE.exec(given[name] ?? "");
    if (!found || !region.success) continue;
    const got = `${found[1]} ${found[2]}`;
    const place = `${partitionOf(region.output)} ${region.output}`;
    if (got !== place) problems.push(`${name} must be in the stack's region (AWS_REGION), ${place}, got ${got}.`);
  }
  const known = Object.keys(Variables.entries);
  for (const name of Object.keys(environment)) {
    if (!/^(TF_STATE_|TASK_DEFINITION)/.test(name) || known.includes(name)) continue;
    problems.push(`${oneLine(name, 80)} is no variable that is known here. Check its spelling.`);
  }
  const account = given.TF_STATE_AZURE_STORAGE_ACCOUNT;
  const bucket = given.TF_STATE_S3_BUCKET;
  if (!bucket && (given.TF_STATE_S3_KEY || given.TF_STATE_S3_REGION)) {
    problems.push("TF_STATE_S3_KEY and TF_STATE_S3_REGION need TF_STATE_S3_BUCKET beside them.");
  }
  const { TF_STATE_AZURE_RESOURCE_GROUP: group, TF_STATE_AZURE_CONTAINER: container } = given;
  if (!account && (group || container || given.TF_STATE_AZURE_KEY)) {
    problems.push("TF_STATE_AZURE_… variables need TF_STATE_AZURE_STORAGE_ACCOUNT beside them.");
  }
  if (account && bucket) {
    problems.push("TF_STATE_S3_BUCKET and TF_STATE_AZURE_STORAGE_ACCOUNT are both set, but the state has one place.");
  }
  if (account && !(group && container)) {
    problems.push(
      "TF_STATE_AZURE_STORAGE_ACCOUNT needs TF_STATE_AZURE_RESOURCE_GROUP and TF_STATE_AZURE_CONTAINER beside it.",
    );
  }
  return problems;
}

function stateSettings(variables: Variables): StateSettings {
  const { TF_STATE_S3_BUCKET: bucket, TF_STATE_AZURE_STORAGE_ACCOUNT: storageAccount } = variables;
  if (bucket) {
    const region = variables.TF_STATE_S3_REGION ?? variables.AWS_REGION;
    return { kind: "s3", bucket, key: variables.TF_STATE_S3_KEY, region };
  }
  if (!storageAccount) return { kind: "local" };
  const { TF_STATE_AZURE_RESOURCE_GROUP: resourceGroup = "", TF_STATE_AZURE_CONTAINER: container = "" } = variables;
  return { kind: "azure", storageAccount, resourceGroup, container, key: variables.TF_STATE_AZURE_KEY };
}

const PARTITIONS: readonly [RegExp, string][] = [
  [/^cn-/, "aws-cn"],
  [/^us-gov-/, "aws-us-gov"],
  [/^us-iso-/, "aws-iso"],
  [/^us-isob-/, "aws-iso-b"],
  [/^eu-isoe-/, "aws-iso-e"],
  [/^us-isof-/, "aws-iso-f"],
  [/^eusc-/, "aws-eusc"],
];

function partitionOf(region: string): string {
  return PARTITIONS.find(([pattern]) => pattern.test(region))?.[1] ?? "aws";
}
