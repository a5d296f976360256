import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as v from "valibot";

import { VARIABLES } from "../../lib/settings/settings";
import { pathsOf } from "../../lib/stack/output-paths";
import { DEFENDER_REGISTRY } from "../../local-console/defender";
import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { EXAMPLE, filesIn } from "../entry";
import {
  type Agent,
  expand,
  MainSchema,
  OtherSchema,
  type Outcome,
  pipelineFor,
  runStep,
  type Step,
  scriptOf,
} from "./azure";
import { copyProject, PROJECT, type ProjectCopy } from "./project-copy";
import { type AwsPlace, hasTerraform, startAws } from "./terraform-place";

const text = readFileSync(join(PROJECT, "azure-pipelines.yml"), "utf8");
const MAIN = { "Build.SourceBranch": "refs/heads/main", "Build.Reason": "IndividualCI" };
const PULL_REQUEST = { "Build.SourceBranch": "refs/pull/7/merge", "Build.Reason": "PullRequest" };
const pipeline = v.parse(MainSchema, pipelineFor(text, MAIN));
const [build, plan, deploy] = pipeline.stages;
const buildSteps = build.jobs[0].steps;
const planSteps = plan.jobs[0].steps;
const deploySteps = deploy.jobs[0].strategy.runOnce.deploy.steps;
const [localBuild] = v.parse(OtherSchema, pipelineFor(text, PULL_REQUEST)).stages;
const localSteps = localBuild.jobs[0].steps;
const LOCAL_STEPS = [
  "Check the task definitions",
  "Compare with the target branch",
  "Show what changes",
  "Synthesize with the local Console",
];
const pullRequestSteps = localSteps.filter(({ displayName = "" }) => LOCAL_STEPS.includes(displayName));
const steps = [
  ...buildSteps,
  ...pullRequestSteps,
  ...planSteps,
  ...deploySteps.filter(({ displayName }) => displayName === "Apply"),
];
const PackageSchema = v.object({
  engines: v.object({ node: v.string() }),
  config: v.object({ node: v.string(), terraform: v.string() }),
});
const packageJson = v.parse(PackageSchema, JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")));

const { withExample }: { withExample: (readme: string, output: string) => string } = jest.requireActual(
  "../../scripts/readme-example.cjs",
);

const CONSOLE = ["TL_CONSOLE", "TL_USER", "TL_PASS"];
const CHECK = "Refuse local state, and what does not belong in an artifact";
const PROVE = "Prove again, and compare with the artifact";
const CHECK_PLAN = "Check that the plan is what was proven";
const PUBLISH = "Prepare the artifact, and check that it holds no secret";
const { secretFile } = pathsOf("prisma-runtime-defense");
const GROUP = { group: "prisma-runtime-defense" };

describe("azure-pipelines.yml", () => {
  test("builds, plans, then deploys, step by step", () => {
    const named = ({ displayName, checkout }: Step) => displayName ?? `checkout ${checkout}`;
    expect(buildSteps.map(named)).toEqual([
      "checkout self",
      "Node",
      "npm's cache",
      "Install",
      "Test",
      "Publish the test results",
      "Synthesize",
      PUBLISH,
      "Show the report",
      "Publish the artifact",
    ]);
    expect(pullRequestSteps.map(named)).toEqual(LOCAL_STEPS);
    expect(deploySteps.map(named)).toEqual([
      "checkout self",
      "Download the artifact",
      "Node",
      "npm's cache",
      "Install",
      CHECK,
      PROVE,
      "Terraform",
      "Fetch the install bundle",
      "Plan",
      CHECK_PLAN,
      "Apply",
    ]);
    expect(planSteps.map(named)).toEqual([
      ...deploySteps.slice(0, -1).map(named),
      "Deploy only what changes something",
    ]);
  });

  test("runs on the versions that package.json names, each written once", () => {
    expect(pipeline.variables.nodeVersion).toBe(packageJson.config.node);
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
      [PUBLISH, { TL_PASS: "$(TL_PASS)" }],
      [PROVE, Object.fromEntries(CONSOLE.map((name) => [name, `$(${name})`]))],
      ["Fetch the install bundle", Object.fromEntries(CONSOLE.map((name) => [name, `$(${name})`]))],
      ["Plan", { TF_VAR_install_bundle: "$(INSTALL_BUNDLE)" }],
      ["Apply", { TF_VAR_install_bundle: "$(INSTALL_BUNDLE)" }],
    ]);
  });

  test("writes no secret into a command line or an input, and echoes none", () => {
    const visible = steps.flatMap(({ bash, condition, inputs }) => [
      bash ?? "",
      condition ?? "",
      ...Object.values(inputs),
    ]);
    for (const part of visible) expect(part).not.toMatch(/TL_(CONSOLE|USER|PASS)|\$[({]?(INSTALL_BUNDLE|TF_VAR)/);
    const echoed = visible.flatMap((part) => part.match(/^\s*(echo|printf|printenv|env|set -x).*$/gm) ?? []);
    expect(echoed.map((line) => line.trim())).toEqual([
      'echo "##vso[task.uploadsummary]$(Agent.TempDirectory)/runtime-defense.md"',
      'echo "##vso[task.uploadsummary]$(Agent.TempDirectory)/changes.md"',
      'echo "##vso[task.prependpath]$(Agent.TempDirectory)/terraform-bin"',
      'echo "##vso[task.setvariable variable=changed;isOutput=true]true"',
      'echo "Nothing would change: there is nothing to approve."',
    ]);
  });

  test("accepts no commands from a step that prints text from outside", () => {
    const scripts = steps.filter((step) => scriptOf(step) !== undefined);
    const free = scripts.filter(({ target }) => target === undefined).map(({ displayName }) => displayName);
    expect(free).toEqual(["Show the report", "Show what changes", "Terraform"]);
    const setting = scripts.filter(({ target }) => target && target.settableVariables !== "none");
    expect(setting.map(({ displayName, target }) => [displayName, target])).toEqual([
      ["Fetch the install bundle", { commands: "restricted", settableVariables: ["INSTALL_BUNDLE"] }],
      ["Deploy only what changes something", { commands: "restricted", settableVariables: ["changed"] }],
    ]);
  });

  test("stops a script at the first command that fails", () => {
    const long = steps.flatMap((step) => scriptOf(step) ?? []).filter((script) => script.trim().includes("\n"));
    expect(long).toHaveLength(9);
    for (const script of long) expect(script).toMatch(/^set -euo pipefail\n/);
  });

  test.each([
    ["a pull request", PULL_REQUEST],
    ["a pull request that gives main for its branch", { ...MAIN, "Build.Reason": "PullRequest" }],
    ["a branch run by hand", { "Build.SourceBranch": "refs/heads/feature", "Build.Reason": "Manual" }],
    ["a branch that is called like main", { ...MAIN, "Build.SourceBranch": "refs/heads/feature/main" }],
    ["a tag called main", { ...MAIN, "Build.SourceBranch": "refs/tags/main" }],
  ])("gives %s no group, no step that needs one, and no Deploy", (_, run) => {
    const { stages } = v.parse(OtherSchema, pipelineFor(text, run));
    expect(stages[0].variables).toEqual([]);
    expect(JSON.stringify(stages)).not.toMatch(/"group"|environment|TL_CONSOLE|TL_USER|awsServiceConnection/);
    expect(stages[0].jobs[0].steps.flatMap(({ bash }) => (bash?.includes("npm run demo") ? ["local"] : []))).toEqual([
      "local",
    ]);
  });

  test.each(["IndividualCI", "Manual", "Schedule"])("gives main the group and no local Console (%s)", (reason) => {
    const { stages } = v.parse(MainSchema, pipelineFor(text, { ...MAIN, "Build.Reason": reason }));
    expect(stages.map(({ variables }) => variables)).toEqual([[GROUP], [GROUP], [GROUP]]);
    expect(JSON.stringify(stages)).not.toContain("npm run demo");
  });

  test.each([...pipeline.stages, localBuild])("leaves nothing of an earlier run on the agent of $stage", ({ jobs }) => {
    expect(jobs[0].workspace).toEqual({ clean: "all" });
  });

  test("lets no deployment cancel another", () => {
    expect(deploy.lockBehavior).toBe("sequential");
  });

  test("deploys what the build published, after the environment's approval", () => {
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

  test("synthesize a pull request without any variable and in no home folder, and show its report", async () => {
    const inWorkspace = agentIn("pull-request");
    const agent = { ...inWorkspace, machine: { ...inWorkspace.machine, HOME: "/dev/null" } };
    const { output } = await succeed("Synthesize with the local Console", agent);
    await succeed(PUBLISH, agent);
    const { summaries } = await succeed("Show the report", agent);
    const report = readFileSync(summaries[0] ?? "none", "utf8");
    expect(report).toContain("**1 of 1 containers proven protected (100 %)**");
    expect(report).toMatch(/^::: mermaid\ngraph LR\n[^`]+\n:::$/m);
    expect(filesIn(expand("$(Build.ArtifactStagingDirectory)/stack", agent))).toEqual(ARTIFACT);
    // npm run readme-example writes this output into the README.
    const readme = readFileSync(join(PROJECT, "README.md"), "utf8");
    expect(withExample(readme, output)).toBe(readme);
  });

  describe("on a pull request", () => {
    // In the project itself, where the app has been bundled.
    beforeAll(() => {
      git("init", "--quiet", "--initial-branch", "main");
      git("add", "--all");
      git("commit", "--quiet", "--message", "main");
    });

    afterAll(() => git("switch", "--quiet", "main"));

    function git(...args: readonly string[]): void {
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: project.folder });
    }

    /** A checkout as a pull request has it: a merge commit, whose first parent is the target branch. */
    function checkout(name: string, file: string, content: string): Agent {
      const agent = agentIn(name);
      git("switch", "--quiet", "--create", `${name}-feature`, "main");
      mkdirSync(join(project.folder, file, ".."), { recursive: true });
      writeFileSync(join(project.folder, file), content);
      git("add", "--all");
      git("commit", "--quiet", "--message", "feature");
      git("switch", "--quiet", "--create", name, "main");
      git("merge", "--quiet", "--no-ff", "--no-edit", `${name}-feature`);
      return agent;
    }

    const TASKS = "original_task_definition.json";
    const original = readFileSync(EXAMPLE, "utf8");

    test("fail for a broken task file, and name it", async () => {
      const agent = checkout("broken", TASKS, original.replace('"image"', '"imgae"'));
      const { status, output } = await runStep(find("Check the task definitions"), agent);
      expect(status).toBe(1);
      expect(output).toMatch(/##vso\[task\.logissue type=error;[^\]]*sourcepath=[^;\]]*original_task_definition\.json/);
      expect(output).toContain("imgae");
    });

    test("pass for a sound task file, and show what it changes on the run's page", async () => {
      const agent = checkout("sound", TASKS, original.replace('"image": "', '"image": "mirror.example.com/'));
      await succeed("Check the task definitions", agent);
      await succeed("Compare with the target branch", agent);
      const { summaries } = await succeed("Show what changes", agent);
      expect(readFileSync(summaries[0] ?? "none", "utf8")).toContain("mirror.example.com/");
      expect(existsSync(join(agent.sources, ".git/worktrees/target"))).toBe(false);
    });

    test("say so when there is nothing to compare with", async () => {
      const agent = checkout("new", "tasks/one.json", original);
      agent.variables.set("TASK_DEFINITION_PATH", "tasks");
      await succeed("Check the task definitions", agent);
      await succeed("Compare with the target branch", agent);
      const { summaries } = await succeed("Show what changes", agent);
      expect(readFileSync(summaries[0] ?? "none", "utf8")).toBe(
        "The target branch has no `tasks`: all of it is new.\n",
      );
    });

    test("say so when the path is in neither branch", async () => {
      const agent = checkout("nowhere", "tasks/one.json", original);
      agent.variables.set("TASK_DEFINITION_PATH", "taks");
      await succeed("Compare with the target branch", agent);
      const { summaries } = await succeed("Show what changes", agent);
      expect(readFileSync(summaries[0] ?? "none", "utf8")).toBe(
        "There is no `taks`, here or in the target branch: check TASK_DEFINITION_PATH.\n",
      );
    });
  });

  test("build an artifact without a secret, and deploy it elsewhere up to the provider's download", async () => {
    // npm ci and npm test are left out: the installed packages are linked, and npm test runs this test.
    const agent = agentIn("main", { ...group(), TF_STATE_S3_BUCKET: "state" });
    mkdirSync(join(project.folder, "cdktf.out"), { recursive: true });
    writeFileSync(join(project.folder, "cdktf.out/manifest.json"), "stale");
    const outcomes = [await succeed("Synthesize", agent)];
    const bundleFile = readFileSync(join(project.folder, "cdktf.out", secretFile), "utf8");
    expect(JSON.parse(bundleFile)).toEqual({ install_bundle: local.installBundle });
    outcomes.push(await succeed(PUBLISH, agent));
    const published = expand("$(Build.ArtifactStagingDirectory)/stack", agent);
    expect(filesIn(published)).toEqual(ARTIFACT);

    const other = agentIn("deploy", { ...group(), TF_STATE_S3_BUCKET: "state" });
    const downloaded = expand("$(Pipeline.Workspace)/stack", other);
    renameSync(published, downloaded);
    outcomes.push(await succeed(CHECK, other));
    // The artifact is cdktf's; this is synth alone, which must write the same bytes.
    outcomes.push(await succeed(PROVE, other));
    outcomes.push(await succeed("Fetch the install bundle", other));
    expect(filesIn(expand("$(Agent.TempDirectory)", other))).toEqual([]);
    expect(other.variables.get("INSTALL_BUNDLE")).toBe(local.installBundle);
    expect(other.secret).toContain("INSTALL_BUNDLE");
    if (hasTerraform) {
      const planned = await runStep(find("Plan"), other);
      outcomes.push(planned);
      expect(planned.status).not.toBe(0);
      expect(planned.output).toContain('Successfully configured the backend "s3"');
      expect(unwrapped(planned.output)).toMatch(/hashicorp\/aws was not found in any of the search locations/);
    }
    const everything = [
      ...outcomes.map(({ output }) => output),
      ...filesIn(downloaded).map((file) => readFileSync(join(downloaded, file), "utf8")),
    ];
    for (const part of everything) {
      expect(part).not.toContain(local.password);
      expect(part).not.toContain(local.installBundle);
    }
  });

  test("read SECRET_ARNS, which Azure's tasks withhold, in every step that reads task definitions", async () => {
    const valueFrom = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf";
    const task = JSON.parse(readFileSync(EXAMPLE, "utf8"));
    task.containerDefinitions[0].secrets = [{ name: "DB", valueFrom }];
    const file = join(workspace, "task.json");
    writeFileSync(file, JSON.stringify(task));
    const variables = { TF_STATE_S3_BUCKET: "state", TASK_DEFINITION_PATH: file, SECRET_ARNS: valueFrom };
    const agent = agentIn("secret-arns", { ...group(), ...variables });
    for (const name of ["Check the task definitions", "Synthesize", PUBLISH]) await succeed(name, agent);
    renameSync(expand("$(Build.ArtifactStagingDirectory)/stack", agent), expand("$(Pipeline.Workspace)/stack", agent));
    await succeed(PROVE, agent);
  });

  test("refuse to publish a secret", async () => {
    const agent = agentIn("leak", group());
    mkdirSync(join(project.folder, "cdktf.out/stacks/prisma-runtime-defense"), { recursive: true });
    writeFileSync(join(project.folder, "cdktf.out/leak.txt"), `TL_PASS=${local.password}`);
    const { status, output } = await runStep(find(PUBLISH), agent);
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
    mkdirSync(expand("$(Pipeline.Workspace)/stack", agent));
    if (stack) putStack(agent, stack);
    const { status, output } = await runStep(find(CHECK), agent);
    expect(status).toBe(1);
    expect(output).toContain(message);
  });

  test.each([
    ["an override", "stacks/prisma-runtime-defense/zz_override.tf.json", {}, "content that Terraform would also read"],
    [
      "a stack with another backend",
      "stacks/prisma-runtime-defense/cdk.tf.json",
      { terraform: { backend: { http: {} } } },
      '"terraform.backend.http", which synth does not write',
    ],
  ])("refuse %s, before it is published and before it is deployed", async (what, path, content, holds) => {
    const out = join(project.folder, "cdktf.out");
    rmSync(out, { recursive: true, force: true });
    const builder = agentIn(`publish ${what}`, group());
    const deployer = agentIn(`deploy ${what}`, group());
    for (const folder of [out, expand("$(Pipeline.Workspace)/stack", deployer)]) {
      mkdirSync(join(folder, "stacks/prisma-runtime-defense"), { recursive: true });
      writeFileSync(join(folder, "stacks/prisma-runtime-defense/cdk.tf.json"), JSON.stringify(REMOTE));
      writeFileSync(join(folder, path), JSON.stringify(content));
    }
    expect(await runStep(find(PUBLISH), builder)).toMatchObject({
      status: 1,
      output: expect.stringContaining(`${path} holds ${holds}: it must not be published.`),
    });
    expect(await runStep(find(CHECK), deployer)).toMatchObject({
      status: 1,
      output: expect.stringContaining(`${path} holds ${holds}, which could change what is deployed.`),
    });
  });

  test("refuse to plan what the Console doesn't confirm", async () => {
    const agent = agentIn("changed", { ...group(), TF_STATE_S3_BUCKET: "state" });
    agent.variables.set("TMPDIR", expand("$(Agent.TempDirectory)", agent));
    agent.variables.set("NODE_DISABLE_COMPILE_CACHE", "1"); // npm's would be in TMPDIR
    const folder = putStack(agent, REMOTE);
    const { status, output } = await runStep(find(PROVE), agent);
    expect(status).toBe(1);
    expect(output).toMatch(
      /^stacks\/prisma-runtime-defense\/cdk\.tf\.json differs from \S+: .* Build again, and have that approved\.$/m,
    );
    expect(readFileSync(join(folder, "cdk.tf.json"), "utf8")).toBe(JSON.stringify(REMOTE));
    expect(filesIn(expand("$(Agent.TempDirectory)", agent))).toEqual([]);
  });

  test.each([
    ["wasn't fetched", undefined],
    ["is empty", ""],
  ])("refuse to plan and to apply when the install bundle that the artifact declares %s", async (what, bundle) => {
    const agent = agentIn(`bundle ${what}`, bundle === undefined ? {} : { INSTALL_BUNDLE: bundle });
    putStack(agent, { ...REMOTE, variable: { install_bundle: { type: "string" } } });
    for (const name of ["Plan", "Apply"]) {
      const { status, output } = await runStep(find(name), agent);
      expect(status).toBe(1);
      expect(output).toBe(
        "The artifact needs the install bundle, but TF_VAR_install_bundle is empty: see the step that fetches it.\n",
      );
    }
  });

  test("neither fetch nor ask for an install bundle that the artifact doesn't declare, and apply the plan", async () => {
    const agent = agentIn("no-bundle");
    putStack(agent, REMOTE);
    const called = fakeTerraform(agent, 2);
    expect((await succeed("Fetch the install bundle", agent)).output).toBe("");
    expect(agent.variables.has("INSTALL_BUNDLE")).toBe(false);
    await succeed("Plan", agent);
    await succeed("Apply", agent);
    const plan = expand("$(Agent.TempDirectory)/plan/tfplan", agent);
    expect(called()).toEqual([
      "init -no-color",
      `plan -no-color -detailed-exitcode -lock-timeout=5m -out=${plan}`,
      `show -json ${plan}`,
      `apply -no-color -lock-timeout=5m ${plan}`,
    ]);
  });

  test("make Terraform keep to the lock file of the artifact", async () => {
    const agent = agentIn("locked");
    writeFileSync(join(putStack(agent, REMOTE), ".terraform.lock.hcl"), "");
    const called = fakeTerraform(agent, 0);
    await succeed(CHECK, agent);
    await succeed("Plan", agent);
    expect(called()[0]).toBe("init -no-color -lockfile=readonly");
  });

  test("show what a plan changes, but no values", async () => {
    const agent = agentIn("log");
    putStack(agent, REMOTE);
    fakeTerraform(agent, 2);
    const { output } = await succeed("Plan", agent);
    expect(output.trimEnd().split("\n")).toEqual([
      "  # aws_ecs_task_definition.web must be replaced",
      "Plan: 1 to add, 0 to change, 1 to destroy.",
      "Changes to Outputs:",
    ]);
    expect(filesIn(expand("$(Agent.TempDirectory)/plan", agent))).toEqual(["changed", "plan.json", "tfplan"]);
  });

  test("refuse to apply a plan that is not what was proven", async () => {
    const agent = agentIn("other-plan");
    putStack(agent, REMOTE);
    fakeTerraform(agent, 2);
    await succeed("Plan", agent);
    const { status, output } = await runStep(find(CHECK_PLAN), agent);
    expect(status).toBe(1);
    expect(output).toContain("plan.json");
  });

  test.each(["Plan", "Apply"])(
    "show an error in %s without lines of the stack and without the licence token",
    async (name) => {
      const agent = agentIn(`error ${name}`);
      putStack(agent, REMOTE);
      fakeTerraform(agent, 1);
      const { status, output } = await runStep(find(name), agent);
      expect(status).toBe(1);
      expect(output).toContain("Error: no such image x.example/tw_[redacted]/defender");
      expect(output).not.toMatch(/tw_abc|plain value/);
      expect(existsSync(expand("$(Agent.TempDirectory)/plan/changed", agent))).toBe(false);
    },
  );

  test.each([
    [2, "true"],
    [0, undefined],
  ])("go on to Deploy only when the plan changes something (terraform plan ends with %d)", async (status, changed) => {
    const agent = agentIn(`outcome ${status}`);
    putStack(agent, REMOTE);
    fakeTerraform(agent, status);
    await succeed("Plan", agent);
    await succeed("Deploy only what changes something", agent);
    expect(agent.variables.get("changed")).toBe(changed);
    expect(deploy.condition).toBe("and(succeeded(), eq(dependencies.Plan.outputs['Plan.outcome.changed'], 'true'))");
  });

  test("refuse a Terraform with another checksum", async () => {
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
    return { TL_CONSOLE: local.url, TL_USER: local.user, TL_PASS: local.password, DEFENDER_REGISTRY };
  }

  /** Writes a stack where the Deploy job downloads the artifact. Returns the stack's folder. */
  function putStack(agent: Agent, stack: object): string {
    const folder = expand("$(Pipeline.Workspace)/stack/stacks/prisma-runtime-defense", agent);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(stack));
    return folder;
  }

  /** Puts a Terraform on the agent's PATH that records its arguments and prints what must not be shown. */
  function fakeTerraform(agent: Agent, status: number): () => readonly string[] {
    const bin = join(agent.workspace, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "terraform"), fakeScript(join(bin, "calls"), status), { mode: 0o755 });
    agent.variables.set("PATH", bin);
    return () => readFileSync(join(bin, "calls"), "utf8").trimEnd().split("\n");
  }

  /** A machine of the pipeline, with its own folders. */
  function agentIn(name: string, variables: Record<string, string> = {}): Agent {
    const folder = join(workspace, name);
    const folders = ["Pipeline.Workspace", "Agent.TempDirectory", "Build.ArtifactStagingDirectory"];
    const predefined = folders.map((variable) => [variable, join(folder, variable)] as const);
    for (const [, path] of predefined) mkdirSync(path, { recursive: true });
    return {
      sources: project.folder,
      workspace: folder,
      variables: new Map([
        // A user changes the settings in the file, and adds others.
        ...Object.entries(pipeline.variables).filter(([name]) => !Object.hasOwn(VARIABLES, name)),
        ["AWS_REGION", "eu-west-1"],
        ["TASK_DEFINITION_PATH", "original_task_definition.json"],
        ...predefined,
        ["Build.SourcesDirectory", project.folder],
        ...Object.entries(variables),
      ]),
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

const fakeScript = (calls: string, status: number) => `#!/bin/bash
echo "$*" >> ${calls}
case $1 in
  plan)
    touch "\${5#-out=}"
    if [[ ${status} -ne 1 ]]; then
      echo "  # aws_ecs_task_definition.web must be replaced"
      echo '      ~ container_definitions = "plain value tw_abcdefgh"'
      echo "      # (3 unchanged attributes hidden)"
      echo "Plan: 1 to add, 0 to change, 1 to destroy."
      echo "Changes to Outputs:"
      echo '  ~ web = "plain value"'
    fi;;
  show) echo "{}";;
esac
if [[ $1 != init && ${status} -eq 1 ]]; then
  echo "Error: no such image x.example/tw_abcdefgh/defender" >&2
  echo '│   12:     "container_definitions": "plain value",' >&2
  exit 1
fi
[[ $1 != plan ]] || exit ${status}
`;

const REMOTE = { terraform: { backend: { s3: {} } } };
const ARTIFACT = [
  "manifest.json",
  "runtime-defense.json",
  "runtime-defense.md",
  "stacks/prisma-runtime-defense/cdk.tf.json",
  "stacks/prisma-runtime-defense/versions.tf",
];

/** Terraform's output without colours, frame and line breaks. */
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
