import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as v from "valibot";
import { parse } from "yaml";

import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { type Agent, expand, type Outcome, PipelineSchema, runStep, type Step, scriptOf } from "./azure";
import { copyProject, PROJECT, type ProjectCopy } from "./project-copy";
import { type AwsPlace, hasTerraform, startAws } from "./terraform-place";

const text = readFileSync(join(PROJECT, "azure-pipelines.yml"), "utf8");
const pipeline = v.parse(PipelineSchema, parse(text));
const [build, deploy] = pipeline.stages;
const buildSteps = build.jobs[0].steps;
const deploySteps = deploy.jobs[0].strategy.runOnce.deploy.steps;
const steps = [...buildSteps, ...deploySteps];
const PackageSchema = v.object({
  engines: v.object({ node: v.string() }),
  config: v.object({ terraform: v.string() }),
});
const packageJson = v.parse(PackageSchema, JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")));

const { withExample }: { withExample: (readme: string, output: string) => string } = jest.requireActual(
  "../../scripts/readme-example.cjs",
);

const CONSOLE = ["TL_CONSOLE", "TL_USER", "TL_PASS"];
const NOT_IN_PULL_REQUESTS = "and(succeeded(), ne(variables['Build.Reason'], 'PullRequest'))";

describe("azure-pipelines.yml", () => {
  test("builds, then deploys, step by step", () => {
    const named = ({ displayName, checkout }: Step) => displayName ?? `checkout ${checkout}`;
    expect(buildSteps.map(named)).toEqual([
      "Node",
      "npm's cache",
      "Install",
      "Test",
      "Publish the test results",
      "Synthesize with the local Console",
      "Synthesize",
      "Prepare the artifact, and check that it holds no secret",
      "Publish the artifact",
      "Show the report",
    ]);
    expect(deploySteps.map(named)).toEqual([
      "checkout self",
      "Download the artifact",
      "Node",
      "Refuse local state",
      "Terraform",
      "npm's cache",
      "Install",
      "Fetch the install bundle",
      "Plan and apply",
    ]);
  });

  test("runs on the versions that package.json names, each written once", () => {
    const [, below] = /<(\d+)$/.exec(packageJson.engines.node) ?? [];
    expect(pipeline.variables.nodeVersion).toBe(`${Number(below) - 1}.x`);
    expect(pipeline.variables.terraformVersion).toBe(packageJson.config.terraform);
    expect(pipeline.variables.terraformSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(text.split(packageJson.config.terraform)).toHaveLength(2);
    for (const { inputs } of steps.filter(({ task }) => task === "UseNode@1")) {
      expect(inputs.version).toBe("$(nodeVersion)");
    }
  });

  test("maps each secret into the steps that use it, and into no other", () => {
    const mapped = steps.filter(({ env }) => Object.keys(env).length > 0);
    expect(mapped.map(({ displayName, env }) => [displayName, env])).toEqual([
      ["Synthesize", Object.fromEntries(CONSOLE.map((name) => [name, `$(${name})`]))],
      ["Prepare the artifact, and check that it holds no secret", { TL_PASS: "$(TL_PASS)" }],
      ["Fetch the install bundle", Object.fromEntries(CONSOLE.map((name) => [name, `$(${name})`]))],
      ["Plan and apply", { TF_VAR_install_bundle: "$(INSTALL_BUNDLE)" }],
    ]);
  });

  test("writes no secret into a command line or an input, and echoes none", () => {
    const visible = steps.flatMap((step) => [
      scriptOf(step) ?? "",
      ...Object.values(step.inputs),
      step.condition ?? "",
    ]);
    for (const part of visible) expect(part).not.toMatch(/TL_(CONSOLE|USER|PASS)|\$[({]?(INSTALL_BUNDLE|TF_VAR)/);
    const echoed = visible.flatMap((part) => part.match(/^\s*(echo|printf|printenv|env|set -x).*$/gm) ?? []);
    expect(echoed.map((line) => line.trim())).toEqual([
      'echo "##vso[task.uploadsummary]$(Agent.TempDirectory)/runtime-defense.md"',
      'echo "##vso[task.prependpath]$(Agent.TempDirectory)/terraform-bin"',
    ]);
  });

  test("lets no step that prints text from outside give commands", () => {
    const scripts = steps.filter((step) => scriptOf(step) !== undefined);
    const free = scripts.filter(({ target }) => target === undefined).map(({ displayName }) => displayName);
    expect(free).toEqual(["Show the report", "Terraform"]);
    const setting = scripts.filter(({ target }) => target && target.settableVariables !== "none");
    expect(setting.map(({ displayName, target }) => [displayName, target])).toEqual([
      ["Fetch the install bundle", { commands: "restricted", settableVariables: ["INSTALL_BUNDLE"] }],
    ]);
  });

  test("stops a script at the first command that fails", () => {
    const long = steps.flatMap((step) => scriptOf(step) ?? []).filter((script) => script.trim().includes("\n"));
    expect(long).toHaveLength(6);
    for (const script of long) expect(script).toMatch(/^set -euo pipefail\n/);
  });

  test("gives a pull request no group, and no step that needs one", () => {
    expect(build.variables).toEqual([
      { "${{ if ne(variables['Build.Reason'], 'PullRequest') }}": [{ group: "prisma-runtime-defense" }] },
    ]);
    expect(buildSteps.filter(({ env }) => "TL_CONSOLE" in env).map(({ condition }) => condition)).toEqual([
      NOT_IN_PULL_REQUESTS,
    ]);
    expect(buildSteps.find(({ bash }) => bash?.includes("demo"))?.condition).toBe(
      NOT_IN_PULL_REQUESTS.replace("ne(", "eq("),
    );
  });

  test("deploys from main alone, after the environment's approval, what the build published", () => {
    expect(deploy.condition).toBe(
      "and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'), ne(variables['Build.Reason'], 'PullRequest'))",
    );
    expect(deploy.jobs[0].environment).toBe("prisma-runtime-defense");
    const published = buildSteps.flatMap(({ publish, artifact }) => (publish ? [[publish, artifact]] : []));
    expect(published).toEqual([["$(Build.ArtifactStagingDirectory)/stack", "stack"]]);
    expect(deploySteps.flatMap(({ download, artifact }) => (download ? [[download, artifact]] : []))).toEqual([
      ["current", "stack"],
    ]);
  });

  test("publishes the test results also when tests fail", () => {
    const { condition, inputs } = find("Publish the test results");
    expect(condition).toBe("succeededOrFailed()");
    expect(inputs).toEqual({ testResultsFormat: "JUnit", testResultsFiles: "reports/junit.xml" });
    expect(reportersInCi()).toEqual([
      "default",
      ["jest-junit", { outputDirectory: "reports", outputName: "junit.xml" }],
    ]);
  });
});

describe("the scripts of its steps", () => {
  let project: ProjectCopy;
  let workspace: string;
  let local: LocalConsole;
  let aws: AwsPlace;

  beforeAll(async () => {
    project = copyProject();
    workspace = join(tmpdir(), `${project.folder.split("/").at(-1)}-workspace`);
    mkdirSync(workspace);
    local = await startLocalConsole({ password: "a-password-that-nobody-prints" });
    aws = await startAws(workspace);
  });

  afterAll(async () => {
    await Promise.all([local.close(), aws.close()]);
    rmSync(workspace, { recursive: true, force: true });
    project.remove();
  });

  test("synthesize a pull request without any variable, and show its report", async () => {
    const agent = agentIn("pull-request");
    const { output } = await succeed("Synthesize with the local Console", agent);
    await succeed("Prepare the artifact, and check that it holds no secret", agent);
    const { summaries } = await succeed("Show the report", agent);
    const report = readFileSync(summaries[0] ?? "none", "utf8");
    expect(report).toContain("**1 of 1 containers proven protected (100 %)**");
    expect(report).toMatch(/^::: mermaid\ngraph LR\n[^`]+\n:::$/m);
    expect(filesIn(expand("$(Build.ArtifactStagingDirectory)/stack", agent))).toEqual(ARTIFACT);
    // npm run readme-example writes it.
    const readme = readFileSync(join(PROJECT, "README.md"), "utf8");
    expect(withExample(readme, output)).toBe(readme);
  }, 30_000);

  test("build an artifact without a secret, and deploy it elsewhere up to the provider's download", async () => {
    // In place of npm ci: the installed packages are linked. npm test is what runs this.
    const agent = agentIn("main", { ...group(), TF_STATE_S3_BUCKET: "state" });
    mkdirSync(join(project.folder, "cdktf.out"), { recursive: true });
    writeFileSync(join(project.folder, "cdktf.out/manifest.json"), "stale");
    const outcomes = [
      await succeed("Synthesize", agent),
      await succeed("Prepare the artifact, and check that it holds no secret", agent),
    ];
    const published = expand("$(Build.ArtifactStagingDirectory)/stack", agent);
    expect(filesIn(published)).toEqual(ARTIFACT);

    const other = agentIn("deploy", group());
    const downloaded = expand("$(Pipeline.Workspace)/stack", other);
    renameSync(published, downloaded);
    outcomes.push(await succeed("Refuse local state", other), await succeed("Fetch the install bundle", other));
    expect(other.variables.get("INSTALL_BUNDLE")).toBe(local.installBundle);
    expect(other.secret).toContain("INSTALL_BUNDLE");
    if (hasTerraform) {
      const applied = await runStep(find("Plan and apply"), other);
      outcomes.push(applied);
      expect(applied.status).not.toBe(0);
      expect(applied.output).toContain('Successfully configured the backend "s3"');
      expect(unwrapped(applied.output)).toMatch(/hashicorp\/aws was not found in any of the search locations/);
    }
    const everything = [
      ...outcomes.map(({ output }) => output),
      ...filesIn(downloaded).map((file) => readFileSync(join(downloaded, file), "utf8")),
    ];
    for (const part of everything) {
      expect(part).not.toContain(local.password);
      expect(part).not.toContain(local.installBundle);
    }
  }, 30_000);

  test("refuse to publish a secret", async () => {
    const agent = agentIn("leak", group());
    mkdirSync(join(project.folder, "cdktf.out/stacks/prisma-runtime-defense"), { recursive: true });
    writeFileSync(join(project.folder, "cdktf.out/leak.txt"), `TL_PASS=${local.password}`);
    const { status, output } = await runStep(find("Prepare the artifact, and check that it holds no secret"), agent);
    rmSync(join(project.folder, "cdktf.out/leak.txt"));
    expect(status).toBe(1);
    expect(output).toContain("leak.txt holds the password: it must not be published.");
    expect(output).not.toContain(local.password);
  });

  test.each([
    [
      "local state",
      { terraform: { backend: { local: {} } } },
      "keeps its state in a local file, which a pipeline would lose. Set TF_STATE_S3_BUCKET",
    ],
    ["no backend, which is local state", { terraform: {} }, "keeps its state in a local file"],
    ["an artifact without a stack", undefined, "holds no stack: there is nothing to deploy."],
  ])("refuse to deploy %s", async (what, stack, message) => {
    const agent = agentIn(`state ${what}`);
    const folder = expand("$(Pipeline.Workspace)/stack/stacks/prisma-runtime-defense", agent);
    if (stack) mkdirSync(folder, { recursive: true });
    if (stack) writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(stack));
    const { status, output } = await runStep(find("Refuse local state"), agent);
    expect(status).toBe(1);
    expect(output).toContain(message);
  });

  test("refuse a Terraform that isn't the one named", async () => {
    const agent = agentIn("other-terraform");
    const curl = join(agent.workspace, "bin");
    mkdirSync(curl);
    writeFileSync(join(curl, "curl"), "#!/bin/sh\necho not Terraform > terraform.zip\n", { mode: 0o755 });
    agent.variables.set("PATH", curl);
    const { status, output } = await runStep(find("Terraform"), agent);
    expect(status).toBe(1);
    expect(output).toContain("terraform.zip: FAILED");
    expect(agent.variables.get("PATH")).toBe(curl);
  });

  function group(): Record<string, string> {
    return { TL_CONSOLE: local.url, TL_USER: local.user, TL_PASS: local.password };
  }

  /** A machine of its own in the pipeline, with its folders. */
  function agentIn(name: string, variables: Record<string, string> = {}): Agent {
    const folder = join(workspace, name);
    const folders = ["Pipeline.Workspace", "Agent.TempDirectory", "Build.ArtifactStagingDirectory"];
    const predefined = folders.map((variable) => [variable, join(folder, variable)] as const);
    for (const [, path] of predefined) mkdirSync(path, { recursive: true });
    return {
      sources: project.folder,
      workspace: folder,
      variables: new Map([...Object.entries(pipeline.variables), ...predefined, ...Object.entries(variables)]),
      secret: new Set(CONSOLE),
      machine: { PATH: process.env.PATH, HOME: folder, TL_RETRY_DELAY_MS: "1", ...aws.environment },
    };
  }

  async function succeed(name: string, agent: Agent): Promise<Outcome> {
    const outcome = await runStep(find(name), agent);
    if (outcome.status !== 0) throw new Error(`${name} ended with ${outcome.status}:\n${outcome.output}`);
    return outcome;
  }
});

const ARTIFACT = [
  "manifest.json",
  "runtime-defense.json",
  "runtime-defense.md",
  "stacks/prisma-runtime-defense/cdk.tf.json",
];

function filesIn(folder: string): readonly string[] {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
        .sort()
    : [];
}

/** Terraform's words without its frame. */
function unwrapped(output: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  return output.replace(/\u001b\[\d+m|│/g, "").replace(/\s+/g, " ");
}

function find(name: string): Step {
  const step = steps.find(({ displayName }) => displayName === name);
  if (!step) throw new Error(`There is no step ${name}.`);
  return step;
}

function reportersInCi(): unknown {
  const before = process.env.CI;
  try {
    process.env.CI = "true";
    return jest.requireActual("../../jest.config.cjs").reporters;
  } finally {
    if (before === undefined) delete process.env.CI;
    else process.env.CI = before;
  }
}
