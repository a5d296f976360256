import * as v from "valibot";

import { SettingsError } from "./errors";
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
  /** The API's base, tenant path included, without a slash at the end: `https://host/tenant/api/v1`. */
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

/**
 * Parses the environment.
 *
 * @throws SettingsError with every problem of every variable at once.
 */
export function parseSettings(environment: Environment): Settings {
  const parsed = v.safeParse(Variables, present(environment));
  if (!parsed.success) throw new SettingsError(parsed.issues.map(sentence));
  const variables = parsed.output;
  const problems: string[] = [];

  const region = variables.AWS_REGION;
  const partition = partitionOf(region);
  const consoleAddress = addressOfConsole(variables, problems);
  const state = stateSettings(variables, region, problems);
  for (const name of ["INSTALL_BUNDLE_SECRET_ARN", "INSTALL_BUNDLE_KMS_KEY_ARN"] as const) {
    const arn = variables[name];
    if (arn !== undefined) problems.push(...misplacedArn(name, arn, partition, region));
  }
  if (problems.length > 0) throw new SettingsError(problems);

  return {
    console: {
      apiUrl: `${variables.TL_CONSOLE}/api/${variables.TL_API_VERSION}`,
      ...optional("authenticateUrl", variables.AUTH_API_ENDPOINT),
      ...optional("fargateUrl", variables.TASK_GENERATION_API_ENDPOINT),
      user: variables.TL_USER,
      password: new Secret(variables.TL_PASS),
      consoleAddress,
      ...optional("project", variables.TL_PROJECT),
      ...optional("caFile", variables.TL_CA_CERT),
      timeoutMs: variables.TL_TIMEOUT_MS,
      retryDelayMs: variables.TL_RETRY_DELAY_MS,
    },
    taskDefinitionPath: variables.TASK_DEFINITION_PATH,
    concurrency: variables.TL_CONCURRENCY,
    stack: {
      region,
      partition,
      defaultTags: variables.DEFAULT_TAGS,
      ...optional("installBundleSecretArn", variables.INSTALL_BUNDLE_SECRET_ARN),
      ...optional("installBundleKmsKeyArn", variables.INSTALL_BUNDLE_KMS_KEY_ARN),
      state,
    },
  };
}

// Azure DevOps leaves `$(NAME)` standing for a variable that isn't set.
const UNEXPANDED = /^\$\([\w.]+\)$/;

function present(environment: Environment): Environment {
  const entries = Object.entries(environment).map(
    ([name, value]) => [name, name === "TL_PASS" ? value : value?.trim()] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value?.trim() && !UNEXPANDED.test(value)));
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** An http(s) URL without credentials and fragment; plain http for this machine alone. */
const SafeUrl = v.pipe(
  v.string("is required"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (dataset.typed) for (const message of urlProblems(dataset.value)) addIssue({ message });
  }),
);

function urlProblems(text: string): readonly string[] {
  if (!URL.canParse(text)) return ["must be a URL such as https://console.example.com:8083"];
  const url = new URL(text);
  // The value isn't quoted: it may hold the very credentials that are refused here.
  if (url.username || url.password) return ["must not hold credentials: they belong into TL_USER and TL_PASS"];
  if (url.protocol !== "https:" && url.protocol !== "http:") return [`must begin with https://, got ${url.protocol}`];
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    return [`must be https: plain http is for this machine alone, got host ${url.hostname}`];
  }
  return url.hash ? ["must not hold a # fragment"] : [];
}

const PathToConsole = v.pipe(
  v.string("is required: the path to Console, such as https://us-east1.cloud.twistlock.com/us-2-158123456"),
  v.transform((text) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`)),
  SafeUrl,
  v.check((text) => new URL(text).search === "", "must not hold a ? query"),
  v.transform((text) => new URL(text).href.replace(/\/+$/, "")),
  v.check(
    (text) => !/\/api(\/v[\d.]+(\/.*)?)?$/.test(text),
    "must be the path to Console, without /api and what follows",
  ),
);

const Tags = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return JSON.parse(dataset.value) as unknown;
    } catch {
      addIssue({ message: 'must be a JSON object of strings such as {"team":"payments"}' });
      return NEVER;
    }
  }),
  v.custom<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    'must be a JSON object of strings such as {"team":"payments"}',
  ),
  v.record(v.string(), v.string("must hold strings only")),
);

const wholeNumber = (fallback: string, min: number, max: number) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.regex(/^\d+$/, `must be a whole number from ${min} to ${max}`),
    v.transform(Number),
    v.minValue(min, `must be a whole number from ${min} to ${max}`),
    v.maxValue(max, `must be a whole number from ${min} to ${max}`),
  );

const Variables = v.object({
  TL_CONSOLE: PathToConsole,
  TL_USER: v.string("is required: the access key id, or the user's name"),
  TL_PASS: v.string("is required: the access key's secret, or the user's password"),
  AUTH_API_ENDPOINT: v.optional(SafeUrl),
  TASK_GENERATION_API_ENDPOINT: v.optional(SafeUrl),
  TL_CONSOLE_ADDRESS: v.optional(v.string()),
  TL_API_VERSION: v.pipe(
    v.optional(v.string(), "v1"),
    v.regex(/^v(1|\d{2}\.\d{2})$/, "must be v1 or a version such as v34.04"),
  ),
  TL_PROJECT: v.optional(v.string()),
  TL_CA_CERT: v.optional(v.string()),
  TL_TIMEOUT_MS: wholeNumber("30000", 100, 600_000),
  TL_RETRY_DELAY_MS: wholeNumber("1000", 1, 60_000),
  TL_CONCURRENCY: wholeNumber("8", 1, 64),
  TASK_DEFINITION_PATH: v.optional(v.string(), "original_task_definition.json"),
  AWS_REGION: v.pipe(
    v.optional(v.string(), "eu-west-1"),
    v.regex(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, "must be a region such as eu-west-1"),
  ),
  DEFAULT_TAGS: v.optional(Tags, "{}"),
  INSTALL_BUNDLE_SECRET_ARN: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+(:[^:]*:[^:]*:[^:]*)?$/,
        "must be the ARN of a Secrets Manager secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME with or without :json-key::",
      ),
    ),
  ),
  INSTALL_BUNDLE_KMS_KEY_ARN: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
        "must be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID",
      ),
    ),
  ),
  TF_STATE_S3_BUCKET: v.optional(v.string()),
  TF_STATE_S3_KEY: v.optional(v.string(), "prisma-runtime-defense/terraform.tfstate"),
  TF_STATE_S3_REGION: v.optional(v.string()),
  TF_STATE_AZURE_STORAGE_ACCOUNT: v.optional(v.string()),
  TF_STATE_AZURE_RESOURCE_GROUP: v.optional(v.string()),
  TF_STATE_AZURE_CONTAINER: v.optional(v.string()),
  TF_STATE_AZURE_KEY: v.optional(v.string(), "prisma-runtime-defense.tfstate"),
});

type Variables = v.InferOutput<typeof Variables>;

function sentence(issue: v.BaseIssue<unknown>): string {
  const [variable, ...rest] = (issue.path ?? []).map((item) => String(item.key));
  return `${[variable, ...rest.map((key) => oneLine(key, 60))].join(".")} ${issue.message}.`;
}

// A host of TASK_GENERATION_API_ENDPOINT's own `consoleaddr` counts: the original example put it there.
function addressOfConsole(variables: Variables, problems: string[]): string {
  const endpoint = variables.TASK_GENERATION_API_ENDPOINT;
  const inEndpoint = endpoint ? new URL(endpoint).searchParams.get("consoleaddr") : null;
  const [name, address] = variables.TL_CONSOLE_ADDRESS
    ? ["TL_CONSOLE_ADDRESS", variables.TL_CONSOLE_ADDRESS]
    : inEndpoint
      ? ["consoleaddr in TASK_GENERATION_API_ENDPOINT", inEndpoint]
      : ["the host of TL_CONSOLE", new URL(variables.TL_CONSOLE).hostname];
  const isHost =
    isIPv4(address) ||
    /^\[[\da-f:.]+\]$/i.test(address) ||
    /^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(address);
  if (!isHost)
    problems.push(`${name} must be a host alone, without https://, port and path, got ${oneLine(address, 80)}.`);
  return address;
}

function stateSettings(variables: Variables, region: string, problems: string[]): StateSettings {
  const bucket = variables.TF_STATE_S3_BUCKET;
  const storageAccount = variables.TF_STATE_AZURE_STORAGE_ACCOUNT;
  if (bucket && storageAccount) {
    problems.push("TF_STATE_S3_BUCKET and TF_STATE_AZURE_STORAGE_ACCOUNT are both set: the state has one place.");
  }
  if (bucket) {
    return { kind: "s3", bucket, key: variables.TF_STATE_S3_KEY, region: variables.TF_STATE_S3_REGION ?? region };
  }
  if (!storageAccount) return { kind: "local" };
  const resourceGroup = variables.TF_STATE_AZURE_RESOURCE_GROUP;
  const container = variables.TF_STATE_AZURE_CONTAINER;
  const because = "is required with TF_STATE_AZURE_STORAGE_ACCOUNT.";
  if (!resourceGroup) problems.push(`TF_STATE_AZURE_RESOURCE_GROUP ${because}`);
  if (!container) problems.push(`TF_STATE_AZURE_CONTAINER ${because}`);
  return {
    kind: "azure",
    storageAccount,
    resourceGroup: resourceGroup ?? "",
    container: container ?? "",
    key: variables.TF_STATE_AZURE_KEY,
  };
}

function misplacedArn(name: string, arn: string, partition: string, region: string): readonly string[] {
  const [, arnPartition, , arnRegion] = arn.split(":");
  if (arnPartition !== partition)
    return [`${name} must be in the partition of AWS_REGION, ${partition}, got ${arnPartition}.`];
  if (arnRegion !== region) return [`${name} must be in the stack's region, ${region} (AWS_REGION), got ${arnRegion}.`];
  return [];
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

function optional<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: T });
}
