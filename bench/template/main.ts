// What the CDKTF template would be with the demo's resources: no Console, no proof, all from constants. `npm run bench`
// runs it as a bundle and as the template does, by ts-node, and stops when its output isn't the app's.

import { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version";
import { App, LocalBackend, TerraformOutput, TerraformStack, TerraformVariable } from "cdktf";

const app = new App();
const stack = new TerraformStack(app, "prisma-runtime-defense");
new LocalBackend(stack, { path: "../../../terraform.tfstate" });
new AwsProvider(stack, "aws", { region: "eu-west-1" });

const role = new IamRole(stack, "execution-role", {
  namePrefix: "prisma-runtime-defense-",
  description: "Starts the tasks under Prisma Cloud runtime defense",
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } }],
  }),
});
new IamRolePolicyAttachment(stack, "execution-role-policy", {
  role: role.name,
  policyArn: "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
});

const variable = new TerraformVariable(stack, "install_bundle", {
  type: "string",
  description: "The Defender's install bundle, in neither plan nor state",
  sensitive: true,
});
variable.addOverride("ephemeral", true);
variable.addValidation({
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's, not ours
  condition: "${can(jsondecode(base64decode(var.install_bundle)))}",
  errorMessage: "This is not an install bundle (base64 of JSON). Fetch it with: npm run --silent install-bundle",
});
const secret = new SecretsmanagerSecret(stack, "install-bundle", {
  namePrefix: "prisma-runtime-defense-install-bundle-",
  description: "The Prisma Cloud Defender's install bundle",
  recoveryWindowInDays: 0,
});
const secretVersion = new SecretsmanagerSecretVersion(stack, "install-bundle-version", {
  secretId: secret.id,
  secretStringWo: variable.stringValue,
  secretStringWoVersion: 977360607,
});
new IamRolePolicy(stack, "execution-role-install-bundle", {
  role: role.name,
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secret.arn }],
  }),
});

const cluster = new EcsCluster(stack, "cluster", { name: "prisma-runtime-cluster" });
new TerraformOutput(stack, "cluster-arn", { value: cluster.arn });
new TerraformOutput(stack, "execution-role-arn", { value: role.arn });

const defenderEnvironment = [
  { name: "DEFENDER_TYPE", value: "fargate" },
  { name: "FARGATE_TASK", value: "prisma-runtime-defense" },
  { name: "FILESYSTEM_MONITORING", value: "false" },
  { name: "FIPS_ENABLED", value: "false" },
];
const taskDefinition = new EcsTaskDefinition(stack, "task-definition-prisma-runtime-defense", {
  family: "prisma-runtime-defense",
  cpu: "256",
  memory: "512",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  executionRoleArn: role.arn,
  dependsOn: [secretVersion],
  lifecycle: { createBeforeDestroy: true },
  skipDestroy: true,
  containerDefinitions: JSON.stringify([
    {
      command: ["hello"],
      dependsOn: [{ condition: "HEALTHY", containerName: "TwistlockDefender" }],
      entryPoint: ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint", "sh", "-c"],
      environment: [
        ...defenderEnvironment,
        { name: "TW_CONTAINER_NAME", value: "hello" },
        { name: "TW_IMAGE_NAME", value: "public.ecr.aws/docker/library/busybox:1.37" },
      ],
      image: "public.ecr.aws/docker/library/busybox:1.37",
      linuxParameters: { capabilities: { add: ["SYS_PTRACE"], drop: [] } },
      name: "hello",
      portMappings: [{ containerPort: 3000 }],
      volumesFrom: [{ readOnly: false, sourceContainer: "TwistlockDefender" }],
    },
    {
      entryPoint: ["/usr/local/bin/defender", "fargate", "sidecar"],
      environment: [...defenderEnvironment, { name: "WS_ADDRESS", value: "wss://127.0.0.1:8084" }],
      essential: true,
      healthCheck: {
        command: ["/usr/local/bin/defender", "fargate", "healthcheck"],
        interval: 5,
        retries: 3,
        startPeriod: 1,
        timeout: 5,
      },
      image: "registry-auth.local.invalid/tw_local52af5b7de9bd7c33d7c8/twistlock/defender:defender_34_04_145",
      name: "TwistlockDefender",
      secrets: [{ name: "INSTALL_BUNDLE", valueFrom: secret.arn }],
    },
  ]),
});
new TerraformOutput(stack, "arn-of-task-definition-prisma-runtime-defense", { value: taskDefinition.arn });
app.synth();
