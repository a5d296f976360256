import { randomUUID } from "node:crypto";

import type { EcsTaskDefinitionConfig } from "@cdktf/provider-aws/lib/ecs-task-definition";

import { defined } from "../defined";
import type { ProtectedTask } from "../protection/protected-task";
import { isForgotten, ROUTER_USER } from "../task/registered-form";
import type { ContainerDefinition, TaskDefinition } from "../task/schema";
import { escapeAll, escapedJson } from "./terraform-text";

// A placeholder for the bundle's source, replaced after escaping: the same expression elsewhere in a task stays a literal.
const BUNDLE_SOURCE = randomUUID();

/**
 * Converts a task to the arguments of the AWS provider's resource: lists of pairs become maps, `volumes` `volume`,
 * `host.sourcePath` `hostPath`, and the containers one JSON string.
 *
 * @param bundleFrom where the sidecar reads the install bundle from: an ARN, or an expression, the only text that Terraform
 *   evaluates in the containers
 */
export function taskDefinitionConfig(
  task: ProtectedTask,
  executionRoleArn: string | undefined,
  bundleFrom: string,
): EcsTaskDefinitionConfig {
  const definition = task.withInstallBundleFrom(BUNDLE_SOURCE);
  const { containerDefinitions, ephemeralStorage, proxyConfiguration, tags, volumes, ...same } = definition;
  return {
    // The stack's role, unless the task names one.
    ...defined({ executionRoleArn }),
    ...escapeAll({
      ...same,
      ...defined({
        ephemeralStorage: ephemeralStorage && { sizeInGib: ephemeralStorage.sizeInGiB },
        proxyConfiguration: proxyConfiguration && proxyConfig(proxyConfiguration),
        tags: tags && asMap(tags, "key"),
        volume: volumes?.map(volumeConfig),
      }),
    }),
    containerDefinitions: escapedJson(containerDefinitions.map(asStored)).replace(JSON.stringify(BUNDLE_SOURCE), () =>
      JSON.stringify(bundleFrom),
    ),
  };
}

/**
 * Returns the container as ECS returns it after registration. The AWS provider doesn't know that both forms mean the
 * same, and would replace the task at every apply.
 */
function asStored(container: ContainerDefinition): ContainerDefinition {
  const { environment, firelensConfiguration, linuxParameters } = container;
  const capabilities = linuxParameters?.capabilities;
  return {
    ...container,
    ...(capabilities && {
      linuxParameters: { ...linuxParameters, capabilities: { add: [], drop: [], ...capabilities } },
    }),
    ...(firelensConfiguration && { user: container.user ?? ROUTER_USER }),
    ...(environment && { environment: environment.filter((variable) => !isForgotten(variable)) }),
  };
}

function proxyConfig({ properties, ...same }: NonNullable<TaskDefinition["proxyConfiguration"]>) {
  return { ...same, ...defined({ properties: properties && asMap(properties, "name") }) };
}

function volumeConfig({ host, configuredAtLaunch, ...same }: NonNullable<TaskDefinition["volumes"]>[number]) {
  return { ...same, ...defined({ hostPath: host?.sourcePath, configureAtLaunch: configuredAtLaunch }) };
}

function asMap<K extends "key" | "name">(
  pairs: readonly (Readonly<Record<K, string>> & { readonly value: string })[],
  key: K,
): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => [pair[key], pair.value]));
}
