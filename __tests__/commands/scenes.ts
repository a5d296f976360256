import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { ExitStatus } from "../../lib/commands/command";
import type { CommandName } from "../../lib/commands/commands";
import type { Environment } from "../../lib/settings/environment";
import { pathsOf } from "../../lib/stack/output-paths";
import { defendersOf } from "../../local-console/defenders";
import type { LocalConsoleOptions } from "../../local-console/server";
import type { Registration } from "../../local-ecs/account";
import { localEcs, onAction, refusal } from "../aws/account";
import { EXAMPLE, variablesFor } from "../entry";
import { start } from "../local-console/client";
import { bare, DEFENDER_REGISTRY, protectedBy } from "../status/registrations";
import { ACCOUNT, OUTPUTS, registrations, STACK } from "./registered";

export const USER = "access-key-of-nobody";
export const PASSWORD = 'correct "horse" %battery/staple+';
export const PARAMETER = "a-parameter-of-nobody/4c7e9a550f3e6c1d".repeat(4);
export const CONTENT = JSON.stringify({ secrets: { "service-parameter": PARAMETER }, apiKey: "made up" });
export const BUNDLE = Buffer.from(CONTENT).toString("base64");
const OTHER_CONTENT = JSON.stringify({ secrets: { "service-parameter": "another one's" }, apiKey: "made up, too" });
const PROXY_PASSWORD = 'proxy "pass" %of/nobody+';

const OF_AWS = {
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYNOBODY",
  AWS_SESSION_TOKEN: "FwoGZXIvYXdzEBYaD/of+nobody==",
  AWS_CONTAINER_AUTHORIZATION_TOKEN: "a-token-of/nobody+0815==",
};

/** Every variable that holds a secret, each with another one. No connection gets through the proxy. */
export const SECRET_VARIABLES = {
  TL_USER: USER,
  TL_PASS: PASSWORD,
  INSTALL_BUNDLE: BUNDLE,
  TF_VAR_install_bundle: Buffer.from(OTHER_CONTENT).toString("base64"),
  ...OF_AWS,
  HTTPS_PROXY: `http://proxy-user:${encodeURIComponent(PROXY_PASSWORD)}@127.0.0.1:9`,
};

/** What those variables hold, in the form in which each is a secret. */
export const SECRETS_IN_VARIABLES = [
  PASSWORD,
  Buffer.from(`${USER}:${PASSWORD}`).toString("base64"),
  BUNDLE,
  SECRET_VARIABLES.TF_VAR_install_bundle,
  ...Object.values(OF_AWS),
  PROXY_PASSWORD,
];

/** A run that gets as far as the command can. */
export type Scene = {
  readonly args: readonly string[];
  readonly environment?: Environment;
  readonly status: ExitStatus;
  /** Printed only by a run that got there. */
  readonly shows: string;
};

/** Makes a scene, with its files in a new folder. */
type MakeScene = (folder: string) => Scene | Promise<Scene>;

const SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:bundle-AbCdEf";
const BUCKET = { TF_STATE_S3_BUCKET: "some-bucket" };
const PROJECT_PLAN = join(__dirname, "../plan/fixtures/plan-of-project.json");
const ALLOWED = ["implicit=a", "later=b", "shop=c", "half/router=d"].flatMap((one) => ["--allow", one]);

/** The run of each command that does all of its work. */
export const DONE: Readonly<Record<CommandName, MakeScene>> = {
  synth: async () => ({
    args: [],
    environment: await withConsole(),
    status: 0,
    shows: "1 of 1 containers",
  }),
  check: () => ({ args: [EXAMPLE, "--offline"], status: 0, shows: "Containers: 1 to be protected." }),
  diff: (folder) => ({
    args: [EXAMPLE, file(folder, "other.json", JSON.stringify(bare("other")))],
    status: 3,
    shows: "Protected: 1 of 1",
  }),
  protect: async () => ({
    args: [EXAMPLE],
    // Without it, the output holds the bundle on purpose.
    environment: { ...(await withConsole()), INSTALL_BUNDLE_SECRET_ARN: SECRET_ARN },
    status: 0,
    shows: '"TwistlockDefender"',
  }),
  // The Console's bundle is another one than those that the variables hold.
  "install-bundle": async () => ({ args: [], environment: await withConsole(), status: 0, shows: "eyJ" }),
  "check-artifact": (folder) => ({
    args: [artifact(join(folder, "published")), "--equals", artifact(join(folder, "proven"))],
    environment: { CDKTF_OUTDIR: withBundle(join(folder, "own")) },
    status: 0,
    shows: "2 files in",
  }),
  "check-plan": () => ({
    args: [PROJECT_PLAN, ...ALLOWED],
    environment: { DEFENDER_REGISTRY },
    status: 0,
    shows: "2 task definitions for Fargate in",
  }),
  "check-registered": async (folder) => ({
    args: ["--stack", STACK],
    environment: { ...(await withRegistered(registrations())), ...terraform(folder, `cat "${OUTPUTS}"`) },
    status: 0,
    shows: "All 2 task definitions are registered in eu-west-1 as proven.",
  }),
  status: async () => ({
    args: [],
    environment: await withRunning(protectedBy("web")),
    status: 0,
    shows: "1 of 1 running tasks protected",
  }),
  // Terraform itself writes to this process' streams.
  destroy: (folder) => {
    const program = terraform(folder, `[ "$1" != state ] || echo '{"serial":2,"lineage":"d1c0","resources":[]}'`);
    return { args: [], environment: { ...BUCKET, ...program }, status: 0, shows: "" };
  },
  "check-state": (folder) => ({ args: [artifact(folder)], status: 0, shows: "The state is kept remotely" }),
};

const WRONG = "family: must have letters, digits";

/** Runs that fail, each at another step of the command. */
export const FAILED: readonly (readonly [command: CommandName, when: string, make: MakeScene])[] = [
  ["synth", "the Console refuses the login", async () => failing([], await withConsole(OTHER_LOGIN), "HTTP 401")],
  [
    "synth",
    "the proxy can't be used",
    () =>
      failing(
        [],
        { TL_CONSOLE: "https://console.example.com", TASK_DEFINITION_PATH: EXAMPLE },
        "The proxy 127.0.0.1:9 (HTTPS_PROXY) can't be used",
      ),
  ],
  ["check", "a task is wrong", (folder) => failing([wrongTask(folder)], {}, WRONG)],
  ["diff", "a task is wrong", (folder) => failing([EXAMPLE, wrongTask(folder)], {}, WRONG)],
  ["protect", "a task is wrong", async (folder) => failing([wrongTask(folder)], await withConsole(), WRONG)],
  [
    "protect",
    "the Console refuses the login",
    async () => failing([EXAMPLE], await withConsole(OTHER_LOGIN), "HTTP 401"),
  ],
  [
    "install-bundle",
    "the Console refuses the login",
    async () => failing([], await withConsole(OTHER_LOGIN), "HTTP 401"),
  ],
  [
    "check-artifact",
    "the artifact holds every secret",
    (folder) => {
      file(folder, `stacks/one/${encodeURIComponent(PASSWORD)}.md`, "");
      file(folder, "runtime-defense.md", Object.values(SECRET_VARIABLES).join("\n"));
      return failing([folder], {}, "runtime-defense.md holds the password");
    },
  ],
  [
    "check-artifact",
    "the artifact is not the proven one",
    (folder) => {
      const proven = artifact(join(folder, "proven"));
      file(proven, "runtime-defense.md", "Other.");
      return failing([artifact(join(folder, "own")), "--equals", proven], {}, "runtime-defense.md differs from");
    },
  ],
  [
    "check-artifact",
    "there is no such folder",
    (folder) => failing([join(folder, "none")], {}, "none is not a folder"),
  ],
  ["check-plan", "a task is not protected", () => failing([PROJECT_PLAN], { DEFENDER_REGISTRY }, "it has no Defender")],
  [
    "check-plan",
    "the plan is not the stack's",
    () => failing([PROJECT_PLAN, "--stack", STACK], {}, "is in the stack, but not in the plan"),
  ],
  ["check-plan", "the file is no plan", () => failing([EXAMPLE], {}, "is not a plan in the format 1.x")],
  [
    "check-registered",
    "Terraform prints secrets and fails",
    (folder) =>
      failing(
        ["--stack", STACK],
        terraform(folder, 'echo "$AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN $HTTPS_PROXY" >&2; exit 1'),
        "output -json failed: [redacted]",
      ),
  ],
  [
    "check-registered",
    "a task definition is not the proven one",
    async () =>
      failing(
        ["--stack", STACK, "--outputs", OUTPUTS],
        await withRegistered(registrations().map((task) => ({ ...task, executionRoleArn: "arn:aws:iam::1:role/x" }))),
        "is not the proven task definition",
      ),
  ],
  [
    "status",
    "too few tasks are protected",
    async () => failing(["--fail-under", "100"], await withRunning(bare("web")), "--fail-under asks for 100 %"),
  ],
  [
    "status",
    "AWS refuses a call",
    async () => failing([], await withRunning(bare("web"), true), "AWS does not allow ecs:ListTasks"),
  ],
  [
    "destroy",
    "Terraform fails",
    (folder) => failing([], { ...BUCKET, ...terraform(folder, "exit 1") }, "terraform init failed"),
  ],
  ["destroy", "there is no state", () => failing([], {}, "There is no state of the stack")],
  [
    "check-state",
    "the state is a local file",
    (folder) => failing([artifact(folder, {})], {}, "keeps its state in a local file"),
  ],
  [
    "check-state",
    "the artifact holds something else",
    (folder) => {
      file(artifact(folder), "stacks/one/other.tf", "");
      return failing([folder], {}, "other.tf holds content that Terraform would also read");
    },
  ],
  ["check-state", "there is no such folder", (folder) => failing([join(folder, "none")], {}, "none is not a folder")],
];

const OTHER_LOGIN: LocalConsoleOptions = { password: "another password" };

function failing(args: readonly string[], environment: Environment, shows: string): Scene {
  return { args, environment, status: 1, shows };
}

async function withConsole(options: LocalConsoleOptions = {}): Promise<Environment> {
  const console = await start({ user: USER, password: PASSWORD, ...options });
  return { ...variablesFor(console), TL_USER: USER, TL_PASS: PASSWORD };
}

async function withRegistered(registered: readonly Registration[]): Promise<Environment> {
  await localEcs({ account: ACCOUNT, registered, workloads: [] });
  return {};
}

/** One running task of this definition, with its Defender connected. */
async function withRunning(definition: Registration, isRefused = false): Promise<Environment> {
  const cluster = "prisma-runtime-cluster";
  const message = Object.values(SECRET_VARIABLES).join(" ");
  await localEcs({
    registered: [definition],
    workloads: [{ cluster, service: "web", runs: "web:1", count: 1 }],
    ...(isRefused && { intercept: onAction("ListTasks", () => refusal("AccessDeniedException", message)) }),
  });
  const defenders = defendersOf([{ family: "web", count: 1, connected: true }]);
  return { ...(await withConsole({ defenders })), AWS_REGION: "eu-west-1" };
}

/** A program that runs as Terraform. */
function terraform(folder: string, script: string): Environment {
  const program = file(folder, "terraform", `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return { TERRAFORM_BINARY_NAME: program };
}

function artifact(folder: string, backend: object = { backend: { s3: {} } }): string {
  file(folder, "stacks/one/cdk.tf.json", JSON.stringify({ terraform: backend }));
  file(folder, "manifest.json", "{}");
  return folder;
}

/** An output folder with the bundle that synth wrote there for Terraform. */
function withBundle(folder: string): string {
  file(folder, pathsOf("one").secretFile, JSON.stringify({ install_bundle: BUNDLE }));
  return folder;
}

function wrongTask(folder: string): string {
  const wrong = Object.values(SECRET_VARIABLES).join(" ");
  return file(folder, "wrong.json", JSON.stringify({ ...bare("web"), family: wrong }));
}

function file(folder: string, path: string, content: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  return join(folder, path);
}
