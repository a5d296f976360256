import { readFileSync } from "node:fs";
import { join } from "node:path";

import { isJsonArray, isJsonObject, type JsonObject } from "../../lib/json";
import { evaluatedTask } from "../../lib/stack/synthesized-tasks";
import type { Registration } from "../../local-ecs/account";
import { completeAsEcs } from "../deploy/emulator";

// A synthesized stack, and the outputs of its real deployment to an emulated account.
export const STACK = join(__dirname, "../plan/fixtures/stack");
export const OUTPUTS = join(__dirname, "../plan/fixtures/outputs.json");
export const ACCOUNT = "123456789012";
export const SECRET = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:prisma-runtime-defense-install-bundle-20260102030405678900000001-AbCdEf`;
const ROLE = JSON.parse(readFileSync(OUTPUTS, "utf8"))["execution-role-arn"].value;

/** The stack's task definitions as ECS is reported to store them: with its defaults, and with the secret's ARN. */
export function registrations(secret = SECRET): readonly Registration[] {
  const stack = JSON.parse(readFileSync(join(STACK, "cdk.tf.json"), "utf8"));
  return Object.values(stack.resource.aws_ecs_task_definition).map((resource) => {
    const attributes = isJsonObject(resource) ? resource : {};
    const values = {
      "aws_iam_role.execution-role.arn": ROLE,
      "aws_secretsmanager_secret.install-bundle.arn": secret,
    };
    return asRegistration(completeAsEcs(evaluatedTask(attributes, values)));
  });
}

function asRegistration({ family, containerDefinitions, ...task }: JsonObject): Registration {
  const containers = isJsonArray(containerDefinitions) ? containerDefinitions.filter(isJsonObject) : [];
  return {
    ...task,
    family: String(family),
    containerDefinitions: containers.map((container) => ({ ...container, name: String(container.name) })),
  };
}
