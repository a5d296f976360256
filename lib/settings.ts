import * as v from "valibot";

import { defined } from "./defined";
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
  const parsed = v.safeParse(CheckedVariables, present(environment));
  if (!parsed.success) throw new SettingsError(parsed.issues.map(sentence));
  const variables = parsed.output;
  const region = variables.AWS_REGION;

  return {
    console: defined({
      apiUrl: `${variables.TL_CONSOLE}/api/${variables.TL_API_VERSION}`,
      authenticateUrl: variables.AUTH_API_ENDPOINT,
      fargateUrl: variables.TASK_GENERATION_API_ENDPOINT,
      user: variables.TL_USER,
      password: new Secret(variables.TL_PASS),
      consoleAddress: consoleAddress(variables),
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

// Azure DevOps leaves `$(NAME)` standing for a variable that isn't set.
const UNEXPANDED = /^\$\([\w.]+\)$/;

function present(environment: Environment): Environment {
  return Object.fromEntries(
    Object.keys(Variables.entries).map((name) => {
      const value = environment[name];
      const isSet = value !== undefined && value.trim() !== "" && !UNEXPANDED.test(value.trim());
      return [name, isSet ? (name === "TL_PASS" ? value : value.trim()) : undefined];
    }),
  );
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

const HOST = /^(\[[\da-f:.]+\]|[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*)$/i;

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
  // Checks run on what an earlier one has found wrong, too.
  v.check((text) => !URL.canParse(text) || new URL(text).search === "", "must not hold a ? query"),
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
  TASK_GENERATION_API_ENDPOINT: v.optional(
    v.pipe(
      SafeUrl,
      v.check((text) => HOST.test(consoleAddressIn(text) ?? "none"), "must have a host alone as its consoleaddr"),
    ),
  ),
  TL_CONSOLE_ADDRESS: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        HOST,
        ({ received }) => `must be a host alone, without https://, port and path, got ${oneLine(received, 80)}`,
      ),
    ),
  ),
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
        /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}(:[^:]*:[^:]*:[^:]*)?$/,
        "must be the ARN of a Secrets Manager secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX with or without :json-key::",
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

// Checks across variables run even when other variables have problems, so that all are reported at once.
const CheckedVariables = v.pipe(
  Variables,
  v.forward(
    v.partialCheck(
      [["INSTALL_BUNDLE_SECRET_ARN"], ["AWS_REGION"]],
      (variables) => inStacksPlace(variables.INSTALL_BUNDLE_SECRET_ARN, variables.AWS_REGION),
      ({ input }) => placeOf(input.AWS_REGION, input.INSTALL_BUNDLE_SECRET_ARN),
    ),
    ["INSTALL_BUNDLE_SECRET_ARN"],
  ),
  v.forward(
    v.partialCheck(
      [["INSTALL_BUNDLE_KMS_KEY_ARN"], ["AWS_REGION"]],
      (variables) => inStacksPlace(variables.INSTALL_BUNDLE_KMS_KEY_ARN, variables.AWS_REGION),
      ({ input }) => placeOf(input.AWS_REGION, input.INSTALL_BUNDLE_KMS_KEY_ARN),
    ),
    ["INSTALL_BUNDLE_KMS_KEY_ARN"],
  ),
  v.forward(
    v.partialCheck(
      [["TF_STATE_S3_BUCKET"], ["TF_STATE_AZURE_STORAGE_ACCOUNT"]],
      (variables) => !(variables.TF_STATE_S3_BUCKET && variables.TF_STATE_AZURE_STORAGE_ACCOUNT),
      "and TF_STATE_AZURE_STORAGE_ACCOUNT are both set, but the state has one place",
    ),
    ["TF_STATE_S3_BUCKET"],
  ),
  v.forward(
    v.partialCheck(
      [["TF_STATE_AZURE_STORAGE_ACCOUNT"], ["TF_STATE_AZURE_RESOURCE_GROUP"], ["TF_STATE_AZURE_CONTAINER"]],
      (variables) =>
        !variables.TF_STATE_AZURE_STORAGE_ACCOUNT ||
        Boolean(variables.TF_STATE_AZURE_RESOURCE_GROUP && variables.TF_STATE_AZURE_CONTAINER),
      "needs TF_STATE_AZURE_RESOURCE_GROUP and TF_STATE_AZURE_CONTAINER beside it",
    ),
    ["TF_STATE_AZURE_STORAGE_ACCOUNT"],
  ),
);

function inStacksPlace(arn: string | undefined, stackRegion: string): boolean {
  const [, partition, , region] = arn?.split(":") ?? [];
  return region === undefined || (partition === partitionOf(stackRegion) && region === stackRegion);
}

function placeOf(stackRegion: string, arn: string | undefined): string {
  const [, partition, , region] = arn?.split(":") ?? [];
  return `must be in the stack's region (AWS_REGION), ${partitionOf(stackRegion)} ${stackRegion}, got ${partition} ${region}`;
}

function sentence(issue: v.BaseIssue<unknown>): string {
  const [variable, ...rest] = (issue.path ?? []).map((item) => String(item.key));
  return `${[variable, ...rest.map((key) => oneLine(key, 60))].join(".")} ${issue.message}.`;
}

function consoleAddress(variables: Variables): string {
  const inEndpoint = consoleAddressIn(variables.TASK_GENERATION_API_ENDPOINT);
  return variables.TL_CONSOLE_ADDRESS ?? inEndpoint ?? new URL(variables.TL_CONSOLE).hostname;
}

// The original example puts `consoleaddr` into the endpoint's query.
function consoleAddressIn(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined;
  return new URL(endpoint).searchParams.get("consoleaddr") || undefined;
}

function stateSettings(variables: Variables): StateSettings {
  if (variables.TF_STATE_S3_BUCKET) {
    return {
      kind: "s3",
      bucket: variables.TF_STATE_S3_BUCKET,
      key: variables.TF_STATE_S3_KEY,
      region: variables.TF_STATE_S3_REGION ?? variables.AWS_REGION,
    };
  }
  if (!variables.TF_STATE_AZURE_STORAGE_ACCOUNT) return { kind: "local" };
  return {
    kind: "azure",
    storageAccount: variables.TF_STATE_AZURE_STORAGE_ACCOUNT,
    resourceGroup: variables.TF_STATE_AZURE_RESOURCE_GROUP ?? "",
    container: variables.TF_STATE_AZURE_CONTAINER ?? "",
    key: variables.TF_STATE_AZURE_KEY,
  };
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
