import { asText, isJsonObject, type JsonObject, type JsonValue, objectOf } from "../json";
import { elementsOf, hasSameMembers, isEqual } from "../protection/compare";
import { excerpt, join, type SafeText, text } from "../text/safe-text";
import { compareArguments, isWritten } from "./written-arguments";

/**
 * Finds where a plan's copy of the configuration differs from cdk.tf.json: another file beside it has added or overridden
 * something. Doesn't compare the resources' arguments.
 *
 * @param resources the resources of cdk.tf.json, by address
 */
export function configurationProblems(
  configuration: JsonObject,
  stack: JsonObject,
  resources: ReadonlyMap<string, JsonObject>,
): readonly SafeText[] {
  const module = objectOf(configuration.root_module);
  return [
    ...beyond(["provider_config", "root_module"], configuration, "The plan's configuration has"),
    ...beyond(["outputs", "resources", "variables"], module, "The plan's configuration has"),
    ...providerProblems(objectOf(configuration.provider_config), stack),
    ...namedProblems("output", module.outputs, stack.output, isSameOutput),
    ...namedProblems("variable", module.variables, stack.variable, isSameVariable),
    ...configuredResourceProblems(configuredResources(configuration), resources),
  ];
}

/** Returns the root module's resources and data sources in the plan's configuration, by address. */
export function configuredResources(configuration: JsonObject): ReadonlyMap<string, JsonObject> {
  const { resources } = objectOf(configuration.root_module);
  return new Map(elementsOf(resources).map((one) => [asText(objectOf(one).address), objectOf(one)]));
}

function configuredResourceProblems(
  configured: ReadonlyMap<string, JsonObject>,
  resources: ReadonlyMap<string, JsonObject>,
): readonly SafeText[] {
  return [...configured].flatMap(([address, resource]) => {
    const at = excerpt(address);
    const written = resources.get(address);
    if (!written) return [text`${at} is not in the stack, but in the plan's configuration.`];
    const key = asText(resource.provider_config_key);
    const isDependent = hasSameMembers(elementsOf(resource.depends_on), elementsOf(written.depends_on));
    return [
      ...beyond(RESOURCE_KEYS, resource, text`${at}: the plan's configuration has`),
      ...(key === providerOf(address) ? [] : [text`${at} is planned with the provider ${key}, not with the stack's.`]),
      ...(isDependent ? [] : [text`${at}: depends_on differs from the stack.`]),
    ];
  });
}

const RESOURCE_KEYS = [
  "address",
  "mode",
  "type",
  "name",
  "provider_config_key",
  "expressions",
  "schema_version",
  "depends_on",
];

/** Returns the provider of a resource that names none. */
function providerOf(address: string): string | undefined {
  return /^[^_.]+/.exec(address)?.[0];
}

function providerProblems(configured: JsonObject, stack: JsonObject): readonly SafeText[] {
  const written = objectOf(stack.provider);
  const required = objectOf(objectOf(stack.terraform).required_providers);
  return [
    ...beyond(Object.keys(written), configured, "The plan has the provider"),
    ...Object.entries(written).flatMap(([name, blocks]) => {
      const different = differentInProvider(objectOf(configured[name]), blocks, objectOf(required[name]));
      if (different.length === 0) return [];
      return [text`The provider ${name} differs from the stack: ${join(different.map((one) => excerpt(one)))}.`];
    }),
  ];
}

function differentInProvider(
  { name: _name, full_name, version_constraint, expressions, ...others }: JsonObject,
  blocks: JsonValue,
  { source, version }: JsonObject,
): readonly string[] {
  const [block, ...more] = elementsOf(blocks);
  const { added, changed } = compareArguments(objectOf(expressions), objectOf(block));
  return [
    ...(more.length > 0 ? ["more than one"] : []),
    ...(isSource(full_name, source) ? [] : ["source"]),
    ...(isEqual(version_constraint, version) ? [] : ["version"]),
    ...added,
    ...changed,
    ...Object.keys(others),
  ];
}

/** Terraform completes a short source, `aws`, with its own registry and publisher, and OpenTofu with its registry. */
function isSource(fullName: JsonValue | undefined, source: JsonValue | undefined): boolean {
  const parts = asText(source).split("/");
  return ["registry.terraform.io", "registry.opentofu.org"].some(
    (registry) => fullName === [...[registry, "hashicorp"].slice(0, Math.max(0, 3 - parts.length)), ...parts].join("/"),
  );
}

function namedProblems(
  kind: string,
  configured: JsonValue | undefined,
  written: JsonValue | undefined,
  isSame: (configured: JsonObject, written: JsonObject) => boolean,
): readonly SafeText[] {
  const [found, expected] = [objectOf(configured), objectOf(written)];
  return [
    ...beyond(Object.keys(expected), found, `The plan has the ${kind}`),
    ...Object.entries(expected)
      .filter(([name, one]) => !isJsonObject(found[name]) || !isSame(objectOf(found[name]), objectOf(one)))
      .map(([name]) => text`The ${kind} ${name} differs from the stack.`),
  ];
}

function isSameOutput({ expression }: JsonObject, { value }: JsonObject): boolean {
  return isWritten(expression, value);
}

function isSameVariable(found: JsonObject, written: JsonObject): boolean {
  return isEqual(found.default, written.default) && (found.sensitive ?? false) === (written.sensitive ?? false);
}

/** Lists an object's keys besides these names; `has` begins the sentences. */
function beyond(names: readonly string[], object: JsonObject, has: string): readonly SafeText[] {
  const others = Object.keys(object).filter((name) => !names.includes(name));
  return others.map((name) => text`${has} ${name}, which the stack does not.`);
}
