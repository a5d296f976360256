import { DEFAULT_STACK_NAME } from "../settings/stack";

// Names and construct ids are a contract with the users: changing one replaces the resource.

/** The Terraform variable that hands the install bundle over: `TF_VAR_install_bundle`. */
export const TERRAFORM_BUNDLE_VARIABLE = "install_bundle";

/** Whether its value can be an install bundle, in Terraform's language. */
export const BUNDLE_CONDITION = `can(jsondecode(base64decode(var.${TERRAFORM_BUNDLE_VARIABLE})))`;

/** Names of the stack's resources in the AWS account; different for each stack, so that several can share an account. */
export function resourceNames(stackName: string) {
  return {
    cluster: stackName === DEFAULT_STACK_NAME ? "prisma-runtime-cluster" : `${stackName}-cluster`,
    rolePrefix: `${stackName}-`,
    bundleSecretPrefix: `${stackName}-install-bundle-`,
  };
}

export const ids = {
  provider: "aws",
  role: "execution-role",
  rolePolicyAttachment: "execution-role-policy",
  bundlePolicy: "execution-role-install-bundle",
  grant: (role: string) => `grant-${role}`,
  cluster: "cluster",
  secret: "install-bundle",
  secretVersion: "install-bundle-version",
  logGroup: (family: string) => `defender-logs-${family}`,
  taskDefinition: (family: string) => `task-definition-${family}`,
  clusterOutput: "cluster-arn",
  clusterNameOutput: "cluster-name",
  roleOutput: "execution-role-arn",
  taskDefinitionOutput: (family: string) => `arn-of-task-definition-${family}`,
};

/** The expressions in a task definition, for values that AWS assigns at deployment. */
export const ROLE_ARN = `aws_iam_role.${ids.role}.arn`;
export const SECRET_ARN = `aws_secretsmanager_secret.${ids.secret}.arn`;
