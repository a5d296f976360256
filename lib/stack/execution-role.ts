import { createHash } from "node:crypto";

import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { TerraformOutput, type TerraformStack } from "cdktf";

import { accountOf } from "../arn";
import { SettingsError } from "../errors";
import { sortedSet } from "../sorted-set";
import { text } from "../text/safe-text";
import { ids, resourceNames } from "./names";
import { installBundleStatements, statementsForRole, statementsForStackRole } from "./role-statements";
import type { StackProps } from "./stack-base";
import { escapeAll } from "./terraform-text";

/**
 * Creates the execution role for the tasks that name none. Returns undefined when every task names one.
 *
 * @param bundleSecret ARN of the install bundle's secret, or a Terraform expression for it
 */
export function executionRole(stack: TerraformStack, props: StackProps, bundleSecret: string): IamRole | undefined {
  if (props.tasks.every(({ definition }) => definition.executionRoleArn !== undefined)) return undefined;
  const role = new IamRole(stack, ids.role, {
    namePrefix: resourceNames(props.name).rolePrefix,
    description: "Starts the tasks under Prisma Cloud runtime defense",
    assumeRolePolicy: policy([
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } },
    ]),
    ...(props.iamPath !== "/" && { path: escapeAll(props.iamPath) }),
    ...(props.permissionsBoundaryArn && { permissionsBoundary: props.permissionsBoundaryArn }),
  });
  new IamRolePolicyAttachment(stack, ids.rolePolicyAttachment, {
    role: role.name,
    policyArn: `arn:${props.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy`,
  });
  new IamRolePolicy(stack, ids.bundlePolicy, {
    role: role.name,
    policy: policy([
      ...installBundleStatements(bundleSecret, props.installBundleKmsKeyArn),
      ...escapeAll(statementsForStackRole(props.tasks, props)),
    ]),
  });
  new TerraformOutput(stack, ids.roleOutput, { value: role.arn });
  return role;
}

/**
 * Grants the execution roles that tasks name the permissions to start those tasks.
 *
 * @throws SettingsError when the roles are in several accounts: only the account that is deployed to can be changed.
 */
export function grantExecutionRoles(stack: TerraformStack, props: StackProps): void {
  const named = props.tasks.flatMap(({ definition }) => definition.executionRoleArn ?? []);
  const roles = sortedSet(named);
  const accounts = [...new Set(roles.map((arn) => accountOf(arn) ?? ""))];
  if (accounts.length > 1) {
    throw new SettingsError([
      text`GRANT_EXECUTION_ROLES can change roles in one account, but the tasks' execution roles are in ${accounts.join(" and ")}. Set it to false, or correct the executionRoleArn.`,
    ]);
  }
  for (const arn of roles) {
    const role = arn.slice(arn.lastIndexOf("/") + 1);
    new IamRolePolicy(stack, ids.grant(asId(role)), {
      role: escapeAll(role),
      policy: policy(escapeAll(statementsForRole(arn, props.tasks, props))),
    });
  }
}

// A role's name may contain characters that Terraform allows in none of its own names.
function asId(role: string): string {
  if (/^[\w-]+$/.test(role)) return role;
  const digest = createHash("sha256").update(role).digest("hex").slice(0, 8);
  return `${role.replace(/[^\w-]/g, "-")}-${digest}`;
}

function policy(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
