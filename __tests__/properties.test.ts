import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../lib/json";
import { ProtectedTask } from "../lib/protection/protected-task";
import { prepareOutput } from "../lib/stack/output-folder";
import { pathsOf } from "../lib/stack/output-paths";
import { synthesize } from "../lib/stack/synthesize";
import { registeredForm } from "../lib/task/registered-form";
import type { Task } from "../lib/task/task";
import { arbitraryTask } from "./arbitrary-task";
import { part } from "./protection/deviations";
import { answerFor, factsFor } from "./protection/facts";
import { SETTINGS } from "./stack/synthesize";

const { stackFile: STACK_FILE } = pathsOf("prisma-runtime-defense");
const FACTS = factsFor();
const DEFENDER = "TwistlockDefender";

test("a protected task keeps everything, and differs only in what protects it", () => {
  fc.assert(
    fc.property(arbitraryTask, (task) => {
      const before = plain(task);
      const { family, definition } = ProtectedTask.prove(task, answerFor(task), FACTS);
      expect(family).toBe(task.definition.family);
      expect(definition.containerDefinitions.at(-1)?.name).toBe(DEFENDER);
      const containerDefinitions = definition.containerDefinitions
        .slice(0, -1)
        .map((container, index) =>
          container.name in task.runtimeDefense.exclude
            ? container
            : unprotected(container, task.definition.containerDefinitions[index] ?? {}),
        );
      expect(plain({ ...definition, containerDefinitions })).toStrictEqual(plain(withSortedVariables(task)));
      expect(task).toStrictEqual(before);
    }),
    { numRuns: 150, interruptAfterTimeLimit: 20_000 },
  );
});

test("the synthesized task definition, as Terraform reads it, equals the proven one", () => {
  const folder = mkdtempSync(join(tmpdir(), "properties-"));
  try {
    fc.assert(
      fc.property(arbitraryTask, (task) => {
        const proven = ProtectedTask.prove(task, answerFor(task), FACTS);
        synthesize({
          tasks: [proven],
          ...SETTINGS,
          folder,
          staging: prepareOutput(folder),
          projectFolder: folder,
          files: [],
        })();
        const { resource } = JSON.parse(readFileSync(join(folder, STACK_FILE), "utf8"));
        const [synthesized, ...more] = Object.values(resource.aws_ecs_task_definition);
        expect(more).toEqual([]);
        expect(part(synthesized)).toMatchObject({ lifecycle: { create_before_destroy: true }, skip_destroy: true });
        const found = registeredForm(part(registered(asTerraformReads(synthesized))));
        expect(found).toStrictEqual(registeredForm(expected(proven)));
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}

const list = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value : []);
const orNothing = (key: string, value: readonly unknown[]) => (value.length > 0 ? { [key]: value } : {});
const byName = (one: JsonObject, other: JsonObject) => {
  return String(one.name) < String(other.name) ? -1 : Number(String(one.name) > String(other.name));
};

/** The container without what the Console adds; the test fails if some of that is missing. */
function unprotected(container: JsonObject, original: JsonObject): JsonObject {
  const { entryPoint, environment, dependsOn, volumesFrom, linuxParameters, ...same } = container;
  const [wrapper, fargate, entrypoint, ...words] = isJsonArray(entryPoint) ? entryPoint : [];
  expect([wrapper, fargate, entrypoint]).toEqual(["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"]);
  const names = "TW_IMAGE_NAME TW_CONTAINER_NAME DEFENDER_TYPE FARGATE_TASK FILESYSTEM_MONITORING FIPS_ENABLED";
  const variables = list(environment).filter(({ name }) => !names.split(" ").includes(String(name)));
  expect(list(environment)).toHaveLength(variables.length + 6);
  const dependencies = list(dependsOn).filter(({ containerName }) => containerName !== DEFENDER);
  const volumes = list(volumesFrom).filter(({ sourceContainer }) => sourceContainer !== DEFENDER);
  expect([dependencies, volumes].map(({ length }) => length)).toEqual([
    list(dependsOn).length - 1,
    list(volumesFrom).length - 1,
  ]);
  const linux = isJsonObject(linuxParameters) ? linuxParameters : {};
  const capabilities = isJsonObject(linux.capabilities) ? linux.capabilities : {};
  expect(capabilities.add).toContain("SYS_PTRACE");
  const before = isJsonObject(original.linuxParameters) ? original.linuxParameters : {};
  const add = isJsonObject(before.capabilities) ? before.capabilities.add : undefined;
  const added = isJsonArray(capabilities.add) ? capabilities.add : [];
  expect(new Set(added)).toEqual(new Set([...(isJsonArray(add) ? add : []), "SYS_PTRACE"]));
  const rest = { ...capabilities, add: add ?? null };
  const after = without({ ...linux, capabilities: without(rest) });
  return {
    ...same,
    entryPoint: words,
    ...orNothing("environment", variables),
    ...orNothing("dependsOn", dependencies),
    ...orNothing("volumesFrom", volumes),
    ...(Object.keys(after).length > 0 && { linuxParameters: after }),
  };
}

function without(object: JsonObject): JsonObject {
  const isThere = (value: JsonValue) => value !== null && !(isJsonObject(value) && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(object).filter(([, value]) => isThere(value)));
}

/** The order of variables and secrets has no meaning, and lib sorts them. */
function withSortedVariables({ definition }: Task) {
  const containerDefinitions = definition.containerDefinitions.map((container) => ({
    ...container,
    ...(container.environment && { environment: [...container.environment].sort(byName) }),
    ...(container.secrets && { secrets: [...container.secrets].sort(byName) }),
  }));
  return { ...definition, containerDefinitions };
}

/** Evaluates every string as Terraform does; the stack's own references stand for their values. */
function asTerraformReads(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(asTerraformReads);
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [String(asTerraformReads(key)), asTerraformReads(child)]),
    );
  }
  if (typeof value !== "string") return plain(value);
  let text = "";
  for (let rest = value; rest !== ""; ) {
    const isEscape = rest.startsWith("$${") || rest.startsWith("%%{");
    const reference = /^\$\{aws_[a-z_]+\.[a-z-]+\.arn\}/.exec(rest)?.[0];
    if (!isEscape && !reference && /^[$%]\{/.test(rest)) throw new Error(`Terraform would evaluate ${rest}`);
    text += isEscape ? rest.slice(1, 3) : reference ? `the value of ${reference}` : rest[0];
    rest = rest.slice(isEscape ? 3 : (reference?.length ?? 1));
  }
  return text;
}

const RENAMED: Readonly<Record<string, string>> = {
  host_path: "host.sourcePath",
  configure_at_launch: "configuredAtLaunch",
  size_in_gib: "sizeInGiB",
  volume: "volumes",
};
const MAPS = ["tags", "properties", "driver_opts", "labels"];

/** A resource's attributes under RegisterTaskDefinition's names; maps of pairs stay maps. */
function registered(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(registered);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]): [string, JsonValue][] => {
      if (["//", "depends_on", "lifecycle", "skip_destroy"].includes(key)) return [];
      if (key === "container_definitions") return [["containerDefinitions", JSON.parse(String(child))]];
      const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return [[RENAMED[key] ?? camel, MAPS.includes(key) ? child : registered(child)]];
    }),
  );
}

/** The attributes that the resource must have, in the same form. */
function expected(proven: ProtectedTask): JsonObject {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
  const role = "the value of ${aws_iam_role.execution-role.arn}";
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
  const secret = "the value of ${aws_secretsmanager_secret.install-bundle.arn}";
  const { tags, proxyConfiguration, volumes, ...same } = proven.withInstallBundleFrom(secret);
  const pairs = (entries: readonly (readonly [string, string])[]) => Object.fromEntries(entries);
  return part(
    plain({
      executionRoleArn: role,
      ...same,
      tags: tags && pairs(tags.map(({ key, value }) => [key, value])),
      proxyConfiguration: proxyConfiguration && {
        ...proxyConfiguration,
        properties: proxyConfiguration.properties && pairs(proxyConfiguration.properties.map((p) => [p.name, p.value])),
      },
      volumes: volumes?.map(({ host, ...volume }) => ({ ...volume, "host.sourcePath": host?.sourcePath })),
    }),
  );
}
