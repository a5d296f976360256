import * as v from "valibot";

import { defined } from "../defined";
import { text } from "../text/safe-text";
import type { Parsed } from "./parse-variables";
import { DEFAULT_REGION, partitionOf } from "./region";
import { CLUSTER, jsonObject, KMS_KEY_ARN, listOf, matching, region, shown, wholeNumber, yesOrNo } from "./schemas";
import { stateSettings, stateVariables } from "./state";

export const DEFAULT_STACK_NAME = "prisma-runtime-defense";

// Names that AWS itself gives, such as for RDS, have an exclamation mark. Braces in a JSON key could begin an expression
// of Terraform.
const SECRET_ARN =
  /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}((:[^:{}\p{Cc}]*){3})?$/u;
const BOUNDARY_ARN = /^arn:aws[\w-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/;
const IAM_PATH = /^(?=.{1,512}$)\/([\x21-\x7e]+\/)?$/;
// Resource names add a suffix to it, and a role's name has at most 64 characters.
const STACK_NAME = /^[A-Za-z](-?[A-Za-z0-9]){1,31}$/;
const kmsKeyArn = matching(KMS_KEY_ARN, "must be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID");

// Secrets, parameters, and the keys that encrypt them.
const READABLE = [
  // Six question marks match the suffix that Secrets Manager adds to an ARN, as in IAM.
  /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+(\*|-\?{6})?$/,
  /^arn:aws[\w-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/[\w./-]+\*?$/,
  KMS_KEY_ARN,
];

// Not in the message, as a value may be a secret.
const secretArns = listOf((arn, index) =>
  READABLE.some((pattern) => pattern.test(arn))
    ? undefined
    : text`must hold ARNs of Secrets Manager secrets, SSM parameters or KMS keys, with commas between; entry ${index + 1} is not one`,
);

// The days that CloudWatch Logs accepts (PutRetentionPolicy in its API reference); 0 means no limit to the AWS provider.
const RETENTION = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const tags = v.pipe(
  jsonObject('must be a JSON object of strings such as {"team":"payments"}'),
  v.record(v.string(), v.string("must hold strings only")),
  v.check(
    (all) => !Object.keys(all).some((key) => /^aws:/i.test(key)),
    "must have no key that begins with aws:, which AWS reserves",
  ),
);

export const stackVariables = {
  STACK_NAME: v.optional(
    matching(STACK_NAME, shown("must be 2 to 32 letters, digits and single hyphens, a letter first")),
    DEFAULT_STACK_NAME,
  ),
  AWS_REGION: v.optional(region, DEFAULT_REGION),
  DEFAULT_TAGS: v.optional(tags, "{}"),
  // Not in the message: it may be the bundle itself, in the wrong variable.
  INSTALL_BUNDLE_SECRET_ARN: v.optional(
    matching(
      SECRET_ARN,
      "must be the ARN of a Secrets Manager secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX with or without :json-key::",
    ),
  ),
  INSTALL_BUNDLE_KMS_KEY_ARN: v.optional(kmsKeyArn),
  ECS_CLUSTER: v.optional(
    matching(CLUSTER, shown("must be a cluster's name, or its ARN, arn:aws:ecs:REGION:ACCOUNT:cluster/NAME")),
  ),
  GRANT_EXECUTION_ROLES: v.optional(yesOrNo, "false"),
  PERMISSIONS_BOUNDARY_ARN: v.optional(
    matching(BOUNDARY_ARN, shown("must be the ARN of an IAM policy, arn:aws:iam::ACCOUNT:policy/NAME")),
  ),
  IAM_PATH: v.optional(matching(IAM_PATH, shown("must begin and end with a slash, such as /platform/")), "/"),
  KEEP_OLD_REVISIONS: v.optional(yesOrNo, "true"),
  CONTAINER_INSIGHTS: v.optional(
    v.picklist(
      ["enabled", "enhanced", "disabled"],
      ({ received }) => `must be enabled, enhanced or disabled, got ${received}`,
    ),
  ),
  LOG_RETENTION_DAYS: v.optional(
    v.pipe(
      wholeNumber(0, Math.max(...RETENTION)),
      v.values(RETENTION, `must be a number of days that CloudWatch Logs takes: ${RETENTION.join(", ")} (0: for ever)`),
    ),
    "30",
  ),
  LOG_KMS_KEY_ARN: v.optional(kmsKeyArn),
  SECRET_ARNS: v.optional(secretArns, ""),
  ...stateVariables,
};

export type StackSettings = ReturnType<typeof stackSettings>;

export function stackSettings(variables: Parsed<typeof stackVariables>) {
  const { STACK_NAME: name, AWS_REGION: region } = variables;
  return defined({
    /** Names the stack, its state, cluster, role and secret. */
    name,
    region,
    /** The ARN partition that the region lies in: `aws`, `aws-cn`, `aws-us-gov`, … */
    partition: partitionOf(region),
    defaultTags: variables.DEFAULT_TAGS,
    /** An existing secret that holds the install bundle, possibly with `:json-key:stage:version`. */
    installBundleSecretArn: variables.INSTALL_BUNDLE_SECRET_ARN,
    /** The customer's key that encrypts the install bundle's secret. */
    installBundleKmsKeyArn: variables.INSTALL_BUNDLE_KMS_KEY_ARN,
    /** An existing cluster, by name or ARN, instead of one of the stack's. */
    cluster: variables.ECS_CLUSTER,
    /** Whether the stack grants the roles that tasks name what they need. */
    grantExecutionRoles: variables.GRANT_EXECUTION_ROLES,
    /** For the roles that the stack makes. */
    permissionsBoundaryArn: variables.PERMISSIONS_BOUNDARY_ARN,
    /** For the roles that the stack makes; begins and ends with a slash. */
    iamPath: variables.IAM_PATH,
    /** Whether earlier revisions stay registered. */
    keepOldRevisions: variables.KEEP_OLD_REVISIONS,
    /** For the stack's cluster; if left out, the account's own setting applies. */
    containerInsights: variables.CONTAINER_INSIGHTS,
    /** Days that the stack's log groups keep their events; 0: for ever. */
    logRetentionDays: variables.LOG_RETENTION_DAYS,
    /** The customer's key that encrypts the stack's log groups. */
    logKmsKeyArn: variables.LOG_KMS_KEY_ARN,
    /** What the stack's role may read for the tasks' own `secrets`; may end in `*`, or a secret's in `-??????`. */
    secretArns: variables.SECRET_ARNS,
    state: stateSettings(variables, { stackName: name, region }),
  });
}
