import { clean, isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectOf, parseJson } from "../json";
import { isTooDeep } from "../protection/answer-shape";

/**
 * Converts an `aws_ecs_task_definition`'s evaluated attributes to RegisterTaskDefinition's form. Blocks must be objects.
 *
 * @param containers the result of `parseContainers`
 */
export function resourceForm(
  attributes: JsonObject,
  containers = parseContainers(attributes.container_definitions),
): JsonObject {
  const {
    container_definitions: _containers,
    ephemeral_storage,
    proxy_configuration,
    tags,
    volume,
    ...same
  } = attributes;
  return clean({
    ...camelCased(same),
    containerDefinitions: containers ?? null,
    ephemeralStorage: isJsonObject(ephemeral_storage) ? { sizeInGiB: ephemeral_storage.size_in_gib ?? null } : null,
    proxyConfiguration: isJsonObject(proxy_configuration)
      ? { ...camelCased(proxy_configuration), properties: asPairs(proxy_configuration.properties, "name") }
      : null,
    tags: asPairs(tags, "key"),
    volumes: isJsonArray(volume) ? volume.map(asVolume) : null,
  });
}

/** Parses `container_definitions`; undefined when it isn't JSON, or nested deeper than a task definition can be. */
export function parseContainers(text: JsonValue | undefined): JsonValue | undefined {
  const containers = typeof text === "string" ? parseJson(text) : undefined;
  return containers === undefined || isTooDeep(containers) ? undefined : containers;
}

function asVolume(volume: JsonValue): JsonValue {
  const { host_path, configure_at_launch, docker_volume_configuration: docker, ...same } = objectOf(volume);
  return {
    ...camelCased(same),
    ...(host_path !== undefined && { host: { sourcePath: host_path } }),
    configuredAtLaunch: configure_at_launch ?? null,
    // The user's own keys in its maps stay as they are.
    dockerVolumeConfiguration: isJsonObject(docker)
      ? { ...camelCased(docker), driverOpts: docker.driver_opts ?? null, labels: docker.labels ?? null }
      : null,
  };
}

function camelCased<T extends JsonValue>(value: T): T;
function camelCased(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [camelCase(key), camelCased(child)]));
}

/** Converts an argument's name to RegisterTaskDefinition's spelling: `network_mode` to `networkMode`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function asPairs(map: JsonValue | undefined, key: "key" | "name"): JsonValue {
  if (!isJsonObject(map)) return null;
  return Object.entries(map).map(([name, value]) => ({ [key]: name, value }));
}
