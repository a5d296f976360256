import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { protect } from "../../lib/commands/protect";
import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { EXAMPLE, run, variablesFor } from "../entry";
import { invoke } from "./invoke";

const USAGE = "Usage: npm run --silent protect -- FILE [--out FILE].";
const IN_CLEAR =
  "The output holds the install bundle, a credential of the whole tenant, in clear. Set INSTALL_BUNDLE_SECRET_ARN to refer to a secret instead.\n";
const SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prisma/bundle-AbCdEf:bundle::";
const ROLE = "arn:aws:iam::111122223333:role/shop";
const BUNDLE_STATEMENT = `{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"${SECRET_ARN.replace(":bundle::", "")}"}`;
const PARAMETER = { name: "KEY", valueFrom: "arn:aws:ssm:eu-west-1:111122223333:parameter/key" };

let folder: string;
let local: LocalConsole;
let environment: Record<string, string>;

beforeAll(async () => {
  local = await startLocalConsole();
  const { TASK_DEFINITION_PATH, ...variables } = variablesFor(local);
  environment = variables;
});

afterAll(() => local.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "protect-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const bundleOf = (text: string) => {
  const { containerDefinitions } = JSON.parse(text);
  const { environment, secrets } = containerDefinitions.at(-1);
  return { environment: environment.find(({ name }: { name: string }) => name === "INSTALL_BUNDLE")?.value, secrets };
};

test("the real command prints the protected task alone, and notices on stderr", async () => {
  const { status, stdout, stderr } = await run(["protect", EXAMPLE], { folder, environment });
  expect(status).toBe(0);
  expect(JSON.parse(stdout).containerDefinitions[0].entryPoint).toEqual([
    "/var/lib/twistlock/fargate/defender",
    "fargate",
    "entrypoint",
    "sh",
    "-c",
  ]);
  expect(bundleOf(stdout)).toEqual({ environment: local.installBundle, secrets: undefined });
  const moved = "belongs to the task, not to a container, so it was moved up.\n";
  expect(stderr.replaceAll(`${EXAMPLE}: `, "")).toBe(
    `containerDefinitions[hello].networkMode: ${moved}containerDefinitions[hello].requiresCompatibilities: ${moved}Not in the file, so the defaults apply: cpu 256, memory 512.\n${IN_CLEAR}`,
  );
  expect(stderr).not.toContain(local.installBundle);
  expect(readdirSync(folder)).toEqual([]);
});

test("no text of the file is a command for the pipeline or terminal that shows it, and the JSON means the same", async () => {
  const value = "##vso[task.setvariable variable=PATH]/evil ###[error] \\## \u009b2J \u{e0001}";
  const task = JSON.parse(readFileSync(EXAMPLE, "utf8"));
  const [container, ...others] = task.containerDefinitions;
  const file = join(folder, "task.json");
  const changed = { ...container, environment: [{ name: "SOME", value }] };
  writeFileSync(file, JSON.stringify({ ...task, containerDefinitions: [changed, ...others] }));
  const { problems, stdout } = await invoke(protect, [file], environment);
  expect(problems).toEqual([]);
  expect(stdout).not.toMatch(/##|\u009b|\u{e0001}/u);
  expect(JSON.parse(stdout).containerDefinitions[0].environment).toContainEqual({ name: "SOME", value });
});

test.each([
  ["a new file", undefined],
  ["a file that others may read", 0o644],
])("--out writes %s, for its owner alone, and nothing on stdout", async (_, mode) => {
  const out = join(folder, "protected.json");
  if (mode) {
    writeFileSync(out, "what was there before");
    chmodSync(out, mode);
  }
  const inOut = await invoke(protect, [EXAMPLE, "--out", out], environment);
  expect(inOut).toMatchObject({ problems: [], stdout: "" });
  expect(inOut.stderr).toContain(IN_CLEAR);
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(readFileSync(out, "utf8")).toBe((await invoke(protect, [EXAMPLE], environment)).stdout);
  expect(readdirSync(folder)).toEqual(["protected.json"]);
});

test("--out that names the task file itself, even by a link, is refused, and the file is kept", async () => {
  const file = join(folder, "task.json");
  const other = join(folder, "other.json");
  copyFileSync(EXAMPLE, file);
  symlinkSync(file, other);
  for (const out of [file, other]) {
    const { problems } = await invoke(protect, [file, "--out", out], environment);
    expect(problems).toEqual([`--out names ${file} itself, which would be lost. Name another file.`]);
  }
  expect(readFileSync(file)).toEqual(readFileSync(EXAMPLE));
});

test("a file that doesn't exist is named, also beside an --out that does", async () => {
  const out = join(folder, "protected.json");
  writeFileSync(out, "what was there before");
  expect((await invoke(protect, ["none.json", "--out", out], environment)).problems).toEqual([
    "none.json: there is no such file or folder. Check the path. A relative path begins in the project's folder.",
  ]);
});

test("--out that is a link, a pipe or a device is refused, and stays what it is", async () => {
  const [link, pipe] = [join(folder, "link"), join(folder, "pipe")];
  symlinkSync("/proc/self/fd/1", link);
  execFileSync("mkfifo", [pipe]);
  for (const out of [link, pipe]) {
    const { problems, stdout } = await invoke(protect, [EXAMPLE, "--out", out], environment);
    expect({ problems, stdout }).toEqual({
      problems: [
        `--out names ${out}, which is a link, a pipe or a device. Name a file, or leave --out out to get the task on stdout.`,
      ],
      stdout: "",
    });
  }
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

test("a failure leaves the file of --out unchanged", async () => {
  const out = join(folder, "protected.json");
  writeFileSync(out, "what was there before");
  const { problems } = await invoke(protect, [EXAMPLE, "--out", out], { ...environment, TL_PASS: "wrong" });
  expect(problems).toHaveLength(1);
  expect(readFileSync(out, "utf8")).toBe("what was there before");
});

test("--out that can't be written is named, and no file is left", async () => {
  const { problems } = await invoke(protect, [EXAMPLE, "--out", join(folder, "none/out.json")], environment);
  expect(problems).toEqual([
    `${folder}/none/out.json can't be written: the folder that it belongs in does not exist; create it (ENOENT).`,
  ]);
  const tooLong = join(folder, "a".repeat(300));
  expect((await invoke(protect, [EXAMPLE, "--out", tooLong], environment)).problems).toEqual([
    `${tooLong} can't be written: its name is too long; choose a shorter one (ENAMETOOLONG).`,
  ]);
  const inPlace = join(folder, "in-place");
  mkdirSync(inPlace);
  expect((await invoke(protect, [EXAMPLE, "--out", inPlace], environment)).problems).toEqual([
    `${inPlace} can't be written: a folder is where a file belongs; move that away (EISDIR).`,
  ]);
  expect(readdirSync(folder, { recursive: true })).toEqual(["in-place"]);
});

test("with INSTALL_BUNDLE_SECRET_ARN neither the bundle nor the notice about it is printed", async () => {
  const existing = { ...environment, INSTALL_BUNDLE_SECRET_ARN: SECRET_ARN };
  const { problems, stdout, stderr } = await invoke(protect, [EXAMPLE], existing);
  expect(problems).toEqual([]);
  expect(bundleOf(stdout)).toEqual({
    environment: undefined,
    secrets: [{ name: "INSTALL_BUNDLE", valueFrom: SECRET_ARN }],
  });
  expect(stdout + stderr).not.toContain(local.installBundle);
  expect(stderr).not.toContain("in clear");
});

test.each([
  [[], `protect takes FILE, got nothing. ${USAGE}`],
  [["a.json", "b.json"], `protect takes FILE, got a.json b.json. ${USAGE}`],
  [
    ["none.json"],
    "none.json: there is no such file or folder. Check the path. A relative path begins in the project's folder.",
  ],
])("the arguments %j are refused", async (args, problem) => {
  expect(await invoke(protect, args, environment)).toEqual({ problems: [problem], stdout: "", stderr: "" });
});

test.each([
  [["a.json", "--out"], "Option '--out <value>' argument missing."],
  [["a.json", "--output", "b"], "Unknown option '--output'."],
])("the arguments %j are refused with the usage", async (args, problem) => {
  const { status, stdout, stderr } = await run(["protect", ...args], { folder, environment });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr.startsWith(problem)).toBe(true);
  expect(stderr.endsWith(` ${USAGE}\n`)).toBe(true);
});

test("a folder of several tasks is refused", async () => {
  const text = readFileSync(EXAMPLE, "utf8");
  writeFileSync(join(folder, "a.json"), text);
  writeFileSync(join(folder, "b.json"), text.replace('"prisma-runtime-defense"', '"b"'));
  expect((await invoke(protect, [folder], environment)).problems).toEqual([
    `${folder} holds 2 task definitions, but protect needs one. Name a single file.`,
  ]);
});

test("variables are checked before the file is read", async () => {
  const { problems } = await invoke(protect, ["none.json"], { ...environment, TL_USER: "" });
  expect(problems).toEqual(["TL_USER is required: the access key id, or the user's name."]);
});

test.each([
  [{}, "Set an executionRoleArn: its role must be allowed to read the install bundle's secret."],
  [{ executionRoleArn: ROLE }, `${ROLE} has to allow [${BUNDLE_STATEMENT}].`],
  [
    {
      executionRoleArn: ROLE,
      containerDefinitions: [{ name: "web", image: "nginx", entryPoint: ["/web"], secrets: [PARAMETER] }],
    },
    `${ROLE} has to allow [${BUNDLE_STATEMENT},{"Effect":"Allow","Action":"ssm:GetParameters","Resource":"${PARAMETER.valueFrom}"}].`,
  ],
  [
    { runtimeDefense: { sidecar: { logs: true } } },
    "The log group /prisma/defender/prisma-runtime-defense has to exist.",
  ],
])("a notice names what the stack would have provided: %j", async (more, notice) => {
  const file = join(folder, "task.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(EXAMPLE, "utf8")), ...more }));
  const { stderr } = await invoke(protect, [file], { ...environment, INSTALL_BUNDLE_SECRET_ARN: SECRET_ARN });
  expect(stderr).toContain(`${file}: ${notice}\n`);
});
