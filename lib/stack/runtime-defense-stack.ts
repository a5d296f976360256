import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

import { defined } from "../defined";
import type { StackSettings } from "../settings/stack";
import { executionRole, grantExecutionRoles } from "./execution-role";
import { installBundleSecret } from "./install-bundle-secret";
import { ids, resourceNames } from "./names";
import { addStackBase, type StackProps } from "./stack-base";
import { taskDefinitionConfig } from "./task-definition-config";

/** Execution role, cluster, install bundle's secret, and a task definition for each protected task. */
export class RuntimeDefenseStack extends TerraformStack {
  /** @param localStatePath where local state is kept, relative to the stack's own folder */
  constructor(scope: Construct, id: string, props: StackProps, localStatePath: string) {
    super(scope, id);
    addStackBase(this, props, localStatePath);
    const bundle = installBundleSecret(this, props);
    const role = executionRole(this, props, bundle.valueFrom);
    if (props.grantExecutionRoles) grantExecutionRoles(this, props);
    cluster(this, props);

    for (const task of props.tasks) {
      const { family, logGroup } = task;
      if (logGroup) {
        new CloudwatchLogGroup(
          this,
          ids.logGroup(family),
          defined({ name: logGroup, retentionInDays: props.logRetentionDays, kmsKeyId: props.logKmsKeyArn }),
        );
      }
      const resource = new EcsTaskDefinition(this, ids.taskDefinition(family), {
        ...taskDefinitionConfig(task, role?.arn, bundle.valueFrom),
        // Keeps earlier revisions: services and schedules pinned to one can still start tasks, and roll back to it.
        ...(props.keepOldRevisions && { skipDestroy: true }),
        // If ECS refuses the new revision, the family must keep its old one.
        lifecycle: { createBeforeDestroy: true },
        dependsOn: [...bundle.readyWhen],
      });
      new TerraformOutput(this, ids.taskDefinitionOutput(family), { value: resource.arn });
    }
  }

  /** Does nothing: CDKTF would resolve every value again to find references to other stacks, and there are none. */
  override prepareStack(): void {}
}

// The cluster for the services that run the tasks: the user's own, or a new one of the stack.
function cluster(stack: TerraformStack, { name, cluster: existing, containerInsights }: StackSettings): void {
  if (existing?.startsWith("arn:")) {
    new TerraformOutput(stack, ids.clusterOutput, { value: existing });
  } else if (existing !== undefined) {
    new TerraformOutput(stack, ids.clusterNameOutput, { value: existing });
  } else {
    const resource = new EcsCluster(stack, ids.cluster, {
      name: resourceNames(name).cluster,
      ...(containerInsights && { setting: [{ name: "containerInsights", value: containerInsights }] }),
    });
    new TerraformOutput(stack, ids.clusterOutput, { value: resource.arn });
  }
}
