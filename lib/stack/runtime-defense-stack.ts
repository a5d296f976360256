import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

import type { ProtectedTask } from "../protection/protected-task";
import type { StackSettings } from "../settings/stack";
import { installBundleSecret, installBundleStatements } from "./install-bundle-secret";
import { CLUSTER, ids } from "./names";
import { stateBackend } from "./state-backend";
import { taskDefinitionConfig } from "./task-definition-config";
import { escapeAll } from "./terraform-text";

export interface RuntimeDefenseStackProps extends StackSettings {
  /** Proven tasks, and nothing else. Families are unique. */
  readonly tasks: readonly ProtectedTask[];
  /** Where local state is kept, relative to the stack's own folder. */
  readonly localStatePath: string;
}

/** Execution role, cluster, install bundle's secret, and a task definition for each protected task. */
export class RuntimeDefenseStack extends TerraformStack {
  constructor(scope: Construct, id: string, props: RuntimeDefenseStackProps) {
    super(scope, id);
    const { region, partition, tasks } = props;
    // Ephemeral variables and write-only arguments came with 1.11.
    this.addOverride("terraform.required_version", ">= 1.11.0");
    stateBackend(this, props.state, props.localStatePath);
    const tagged = Object.keys(props.defaultTags).length > 0;
    new AwsProvider(this, ids.provider, {
      region,
      ...(tagged && { defaultTags: [{ tags: escapeAll(props.defaultTags) }] }),
    });

    const role = new IamRole(this, ids.role, {
      namePrefix: "prisma-runtime-defense-",
      description: "Starts the tasks under Prisma Cloud runtime defense",
      assumeRolePolicy: policy([
        { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } },
      ]),
    });
    new IamRolePolicyAttachment(this, ids.rolePolicyAttachment, {
      role: role.name,
      policyArn: `arn:${partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy`,
    });
    const bundle = installBundleSecret(this, props);
    new IamRolePolicy(this, ids.bundlePolicy, {
      role: role.name,
      policy: policy(installBundleStatements(bundle.valueFrom, props.installBundleKmsKeyArn)),
    });
    const cluster = new EcsCluster(this, ids.cluster, { name: CLUSTER });
    new TerraformOutput(this, ids.clusterOutput, { value: cluster.arn });
    new TerraformOutput(this, ids.roleOutput, { value: role.arn });

    for (const task of tasks) {
      const logGroup = task.logGroup;
      if (logGroup) new CloudwatchLogGroup(this, ids.logGroup(task.family), { name: logGroup, retentionInDays: 30 });
      const definition = task.withInstallBundleFrom(bundle.valueFrom);
      const resource = new EcsTaskDefinition(this, ids.taskDefinition(task.family), {
        ...taskDefinitionConfig(definition, role.arn, bundle.valueFrom),
        dependsOn: [...bundle.readyWhen],
      });
      new TerraformOutput(this, ids.taskDefinitionOutput(task.family), { value: resource.arn });
    }
  }
}

function policy(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
