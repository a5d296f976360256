import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import * as v from "valibot";
import { parse } from "yaml";

import { stateSettings } from "../../lib/settings/state";
import { DEFENDER_REGISTRY } from "../../local-console/defender";
import { startLocalConsole } from "../../local-console/server";
import { proven } from "../protection/proven";
import { SETTINGS, synthesized } from "../stack/synthesize";
import { TASK } from "../task/read";
import { runBash } from "./bash";
import { copyProject, PROJECT } from "./project-copy";
import { hasTerraform, startAws } from "./terraform-place";

const page = readFileSync(join(PROJECT, "docs/other-pipelines.md"), "utf8");

test("the page's shell commands build an artifact without a secret and deploy it up to the provider's download", async () => {
  const project = copyProject();
  const local = await startLocalConsole({ password: "a-password-that-nobody-prints" });
  const place = join(project.folder, "place");
  mkdirSync(place);
  const aws = await startAws(place);
  try {
    // npm ci and npm test are left out: the installed packages are linked, and npm test runs this test.
    const script = block("sh").replace(/^npm (ci|test)$/gm, "");
    expect(block("sh").length - script.length).toBe("npm cinpm test".length);
    writeFileSync(join(place, "script.sh"), script);
    const stale = [".build", "cdktf.out", "artifact"].map((folder) => join(project.folder, folder, "stale"));
    for (const file of stale) {
      mkdirSync(dirname(file));
      writeFileSync(file, "");
    }
    const { status, output } = await runBash(join(place, "script.sh"), project.folder, {
      PATH: process.env.PATH,
      HOME: place,
      TL_CONSOLE: local.url,
      TL_USER: local.user,
      TL_PASS: local.password,
      DEFENDER_REGISTRY,
      TF_STATE_S3_BUCKET: "state",
      ...aws.environment,
    });
    const artifact = join(project.folder, "artifact");
    const files = readdirSync(artifact, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const contents = files
      .filter(({ parentPath }) => !parentPath.includes(".terraform"))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(["cdk.tf.json", "runtime-defense.md"]));
    for (const part of [output, ...contents]) {
      expect(part).not.toContain(local.password);
      expect(part).not.toContain(local.installBundle);
    }
    expect(output).toContain("The state is kept remotely, and the artifact holds the stack alone.");
    expect(local.requests.map(({ path }) => path)).toContain("/api/v1/defenders/install-bundle");
    expect(status).not.toBe(0);
    expect(output).toContain(
      hasTerraform ? "Failed to query available provider packages" : "terraform: command not found",
    );
    expect([join(project.folder, "plan/tfplan"), join(project.folder, "proven"), ...stale].filter(existsSync)).toEqual(
      [],
    );
  } finally {
    await Promise.all([local.close(), aws.close()]);
    project.remove();
  }
});

describe("the rights that the page gives the role of the plan", () => {
  const LOCK = "prisma-runtime-defense/terraform.tfstate.tflock";

  test("are to write and delete the lock of the state with the default name", () => {
    const state = stateSettings({ TF_STATE_S3_BUCKET: "state" }, { stackName: SETTINGS.name, region: "eu-west-1" });
    expect(state).toMatchObject({ config: { key: LOCK.replace(".tflock", "") } });
    const sentence = /[^.]*`s3:PutObject`[^.]*`s3:DeleteObject`[\s\S]*?`STACK_NAME`/.exec(page)?.[0];
    expect(sentence).toContain(`\`${LOCK}\``);
  });

  const testWithTerraform = hasTerraform ? test : test.skip;
  testWithTerraform("are all that a plan writes", async () => {
    const state = stateSettings({ TF_STATE_S3_BUCKET: "state" }, { stackName: SETTINGS.name, region: "eu-west-1" });
    const { stack } = synthesized([await proven(TASK)], { state });
    const place = mkdtempSync(join(tmpdir(), "lock-"));
    const aws = await startAws(place);
    try {
      const { backend } = stack.terraform;
      // Without the rest of the stack it needs no provider.
      writeFileSync(
        join(place, "cdk.tf.json"),
        JSON.stringify({ terraform: { backend }, output: { a: { value: "x" } } }),
      );
      writeFileSync(join(place, "script.sh"), "terraform init -no-color && terraform plan -no-color -out=tfplan\n");
      const environment = { PATH: process.env.PATH, HOME: place, CHECKPOINT_DISABLE: "1", ...aws.environment };
      const { status, output } = await runBash(join(place, "script.sh"), place, environment);
      expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("Saved the plan to: tfplan") });
      expect(aws.writes).toEqual([`PUT /state/${LOCK}`, `DELETE /state/${LOCK}`]);
    } finally {
      await aws.close();
      rmSync(place, { recursive: true });
    }
  });
});

describe("the page's GitHub Actions workflow", () => {
  const StepSchema = v.strictObject({
    name: v.optional(v.string()),
    id: v.optional(v.string()),
    uses: v.optional(v.string()),
    with: v.optional(v.record(v.string(), v.unknown())),
    if: v.optional(v.string()),
    env: v.optional(v.record(v.string(), v.string()), {}),
    run: v.optional(v.string()),
  });
  const JobSchema = v.looseObject({ steps: v.array(StepSchema), if: v.optional(v.string()) });
  const WorkflowSchema = v.looseObject({
    jobs: v.strictObject({ "pull-request": JobSchema, build: JobSchema, plan: JobSchema, deploy: JobSchema }),
  });
  const { jobs } = v.parse(WorkflowSchema, parse(block("yaml")));
  const steps = [jobs["pull-request"], jobs.build, jobs.plan, jobs.deploy].flatMap((job) => job.steps);

  test("builds, then deploys from main alone, each with the secrets of an environment", () => {
    expect(jobs.build).toMatchObject({
      if: "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'",
      environment: "prisma-runtime-defense-build",
    });
    expect(jobs.plan).toMatchObject({ needs: "build", environment: "prisma-runtime-defense-build" });
    expect(jobs.deploy).toMatchObject({
      needs: "plan",
      if: "needs.plan.outputs.changed == 'true'",
      environment: "prisma-runtime-defense",
    });
    // Both have the same steps up to the plan.
    expect(jobs.deploy.steps.slice(0, -1)).toEqual(jobs.plan.steps.slice(0, -1));
    expect(jobs.deploy.steps.at(-1)?.run).toBe(
      jobs.plan.steps.at(-1)?.run?.replace(/^if \[\[ -f plan\/changed.*$/m, ".ci/terraform apply artifact plan"),
    );
    const [upload, download] = ["upload", "download"].map((what) =>
      steps.find(({ uses }) => uses?.includes(`${what}-artifact`)),
    );
    expect(upload?.with).toEqual({ ...download?.with, "include-hidden-files": true });
  });

  test("has the same versions as azure-pipelines.yml", () => {
    const { variables } = v.parse(
      v.looseObject({ variables: v.looseObject({ nodeVersion: v.string(), terraformVersion: v.string() }) }),
      parse(readFileSync(join(PROJECT, "azure-pipelines.yml"), "utf8")),
    );
    const versions = steps.flatMap(({ with: inputs }) => inputs?.["node-version"] ?? inputs?.terraform_version ?? []);
    expect(versions).toEqual([
      ...Array(3).fill(variables.nodeVersion),
      variables.terraformVersion,
      variables.nodeVersion,
      variables.terraformVersion,
    ]);
  });

  test("maps each secret into the steps that use it, and into no other", () => {
    const holders = steps.filter(({ env }) => Object.keys(env).some((name) => name.startsWith("TL_")));
    expect(holders.map(({ name, env }) => [name, Object.keys(env)])).toEqual([
      ["Synthesize", ["TL_CONSOLE", "TL_USER", "TL_PASS", "TF_STATE_S3_BUCKET"]],
      ["Prepare the artifact, and check that it holds no secret", ["TL_PASS"]],
      ["Prove again, and compare with the artifact", ["TL_CONSOLE", "TL_USER", "TL_PASS", "TF_STATE_S3_BUCKET"]],
      ["Plan", ["TL_CONSOLE", "TL_USER", "TL_PASS"]],
      ["Prove again, and compare with the artifact", ["TL_CONSOLE", "TL_USER", "TL_PASS", "TF_STATE_S3_BUCKET"]],
      ["Plan and apply", ["TL_CONSOLE", "TL_USER", "TL_PASS"]],
    ]);
    for (const { run = "", with: inputs } of steps)
      expect(run + JSON.stringify(inputs)).not.toMatch(/secrets\.|\$\{?TL_/);
  });

  test("gives a pull request the local Console, no secret and no environment", () => {
    const job = jobs["pull-request"];
    expect(job.if).toBe("github.event_name == 'pull_request'");
    expect(job.steps.flatMap(({ run }) => (run?.includes("npm run demo") ? [run] : []))).toEqual(["npm run demo"]);
    expect(JSON.stringify(job)).not.toMatch(/secrets|environment|TL_/);
    expect(JSON.stringify([jobs.build, jobs.plan, jobs.deploy])).not.toContain("npm run demo");
  });

  test("runs no text from outside as a command", () => {
    for (const { run = "" } of steps.filter(({ run }) => / synth|prove-again|terraform plan/.test(run ?? ""))) {
      expect(run).toMatch(/^echo "::stop-commands::\$\(uuidgen\)"\n/);
    }
  });
});

function block(language: string): string {
  const [, content] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page) ?? [];
  if (!content) throw new Error(`The page has no ${language} block.`);
  return content;
}
