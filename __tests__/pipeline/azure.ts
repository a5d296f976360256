import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import * as v from "valibot";
import { parse } from "yaml";

import { type BashOutcome, runBash } from "./bash";
import { PROJECT } from "./project-copy";

const TargetSchema = v.strictObject({
  commands: v.literal("restricted"),
  settableVariables: v.union([v.literal("none"), v.array(v.string())]),
});

const StepSchema = v.strictObject({
  task: v.optional(v.string()),
  bash: v.optional(v.string()),
  checkout: v.optional(v.string()),
  fetchDepth: v.optional(v.number()),
  download: v.optional(v.string()),
  publish: v.optional(v.string()),
  artifact: v.optional(v.string()),
  displayName: v.optional(v.string()),
  condition: v.optional(v.string()),
  name: v.optional(v.string()),
  inputs: v.optional(v.record(v.string(), v.string()), {}),
  env: v.optional(v.record(v.string(), v.string()), {}),
  target: v.optional(TargetSchema),
});
export type Step = v.InferOutput<typeof StepSchema>;

const StepsSchema = v.array(StepSchema);

const WorkspaceSchema = v.strictObject({ clean: v.string() });

const BuildSchema = v.strictObject({
  stage: v.literal("Build"),
  variables: v.array(v.unknown()),
  jobs: v.strictTuple([v.strictObject({ job: v.string(), workspace: WorkspaceSchema, steps: StepsSchema })]),
});

const PlanSchema = v.strictObject({
  stage: v.literal("Plan"),
  dependsOn: v.literal("Build"),
  variables: v.array(v.unknown()),
  jobs: v.strictTuple([v.strictObject({ job: v.literal("Plan"), workspace: WorkspaceSchema, steps: StepsSchema })]),
});

const DeploySchema = v.strictObject({
  stage: v.literal("Deploy"),
  dependsOn: v.array(v.string()),
  condition: v.string(),
  lockBehavior: v.string(),
  variables: v.array(v.unknown()),
  jobs: v.strictTuple([
    v.strictObject({
      deployment: v.string(),
      environment: v.string(),
      workspace: WorkspaceSchema,
      strategy: v.strictObject({ runOnce: v.strictObject({ deploy: v.strictObject({ steps: StepsSchema }) }) }),
    }),
  ]),
});

const VariablesSchema = v.record(v.string(), v.string());
/** A run of main; OtherSchema is any other run. */
export const MainSchema = v.looseObject({
  variables: VariablesSchema,
  stages: v.strictTuple([BuildSchema, PlanSchema, DeploySchema]),
});
export const OtherSchema = v.looseObject({ variables: VariablesSchema, stages: v.strictTuple([BuildSchema]) });

/** The pipeline as Azure DevOps expands it for a run: with its conditions decided. Refuses anchors, as it does. */
export function pipelineFor(text: string, run: Readonly<Record<string, string>>): unknown {
  return decided(parse(text, { maxAliasCount: 0 }), run);
}

function decided(node: unknown, run: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(node)) {
    let taken = false;
    return node.flatMap((item: unknown) => {
      const [[key, inserted] = ["", undefined], ...more] = Object.entries(Object(item));
      if (key === "template") return stepsOf(String(inserted));
      if (!key.startsWith("${{")) return [decided(item, run)];
      if (more.length > 0) throw new Error(`${key} has something beside it.`);
      taken = /^\$\{\{ else \}\}$/.test(key) ? !taken : holds(key, run);
      return taken ? v.parse(v.array(v.unknown()), decided(inserted, run)) : [];
    });
  }
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, decided(child, run)]));
}

function stepsOf(template: string): readonly unknown[] {
  return v.parse(v.strictObject({ steps: v.array(v.unknown()) }), parse(readFileSync(join(PROJECT, template), "utf8")))
    .steps;
}

// Azure Pipelines compares strings without regard to case.
function holds(expression: string, run: Readonly<Record<string, string>>): boolean {
  const [, conditions] = /^\$\{\{ if and\((.*)\) \}\}$/.exec(expression) ?? [];
  if (!conditions) throw new Error(`This isn't known here: ${expression}`);
  return conditions.split(/(?<=\)), /).every((condition) => {
    const [, is, name = "", value = ""] = /^(eq|ne)\(variables\['([\w.]+)'\], '([^']*)'\)$/.exec(condition) ?? [];
    if (!is) throw new Error(`This isn't known here: ${condition}`);
    return (run[name]?.toLowerCase() === value.toLowerCase()) === (is === "eq");
  });
}

export type Agent = {
  /** The folder of the checkout, and the folder of everything else. */
  readonly sources: string;
  readonly workspace: string;
  /** Variables by name: the pipeline's own, the group's, and what steps set. */
  readonly variables: Map<string, string>;
  /** Names of the variables that only `env:` passes to a step. */
  readonly secret: Set<string>;
  /** The machine's own environment variables. */
  readonly machine: Readonly<Record<string, string | undefined>>;
};

export type Outcome = BashOutcome & { readonly summaries: readonly string[] };

/** The step's script, whether `bash` or a task runs it. */
export function scriptOf(step: Step): string | undefined {
  return step.bash ?? step.inputs.inlineScript;
}

/** Runs one script step as the agent does: macros first, then bash, and logging commands as far as `target` lets them. */
export async function runStep(step: Step, agent: Agent): Promise<Outcome> {
  const file = join(agent.workspace, "step.sh");
  writeFileSync(file, expand(scriptOf(step) ?? "", agent));
  const { status, output } = await runBash(file, agent.sources, environmentOf(step, agent));
  const summaries: string[] = [];
  const shown: string[] = [];
  for (const line of output.split("\n")) {
    const [, command, properties = "", value = ""] = /^##vso\[([\w.]+)(?: ([^\]]*))?\](.*)$/.exec(line) ?? [];
    if (!command) shown.push(line);
    else if (command === "task.uploadsummary" && !step.target) summaries.push(value);
    else if (command === "task.logissue") shown.push(line);
    else if (command === "task.prependpath" && !step.target) agent.variables.set("PATH", value);
    else if (command === "task.setvariable") setVariable(step, agent, properties, value);
    else throw new Error(`${step.displayName} prints a command that it may not give: ${command}`);
  }
  return { status, output: shown.join("\n"), summaries };
}

/** Replaces `$(NAME)` of known variables and keeps any other, as Azure Pipelines does. */
export function expand(text: string, { variables }: Agent): string {
  return text.replace(/\$\(([\w.]+)\)/g, (macro, name: string) => {
    const value = variables.get(name);
    return value === undefined
      ? macro
      : value.replace(/\$\([\w.]+\)/g, (inner) => variables.get(inner.slice(2, -1)) ?? inner);
  });
}

function environmentOf(step: Step, agent: Agent): Record<string, string | undefined> {
  const plain = [...agent.variables].filter(([name]) => !agent.secret.has(name) && name !== "PATH");
  const asVariables = plain.map(([name, value]) => [name.toUpperCase().replaceAll(".", "_"), expand(value, agent)]);
  const mapped = Object.entries(step.env).map(([name, value]) => [name, expand(value, agent)]);
  const added = agent.variables.get("PATH");
  const PATH = added ? `${added}:${agent.machine.PATH}` : agent.machine.PATH;
  // The library of Azure's tasks, also of those that run a script, removes SECRET_… from the environment.
  const passed = [...asVariables, ...mapped].filter(([name]) => !name?.startsWith("SECRET_"));
  return { ...agent.machine, PATH, ...Object.fromEntries(passed) };
}

function setVariable({ displayName, target }: Step, agent: Agent, properties: string, value: string): void {
  const { variable = "", issecret } = Object.fromEntries(properties.split(";").map((pair) => pair.split("=")));
  const settable = target?.settableVariables;
  if (!Array.isArray(settable) || !settable.includes(variable))
    throw new Error(`${displayName} may not set ${variable}`);
  agent.variables.set(variable, value);
  if (issecret === "true") agent.secret.add(variable);
}
