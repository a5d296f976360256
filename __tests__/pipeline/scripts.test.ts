import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { PROJECT } from "./project-copy";

// .ci/terraform and .ci/run, each with a stand-in for the program that it calls.

const STACK = "artifact/stacks/prisma-runtime-defense";
const DECLARES = { variable: { install_bundle: { type: "string" } } };
const BUNDLE = Buffer.from('{"customerID":"made up","apiKey":"made up"}').toString("base64");

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "scripts-"))); // macOS' folder for temporary files is behind a link.
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content, { mode: 0o755 });
}

/** Puts a program on PATH that writes down where it was called and with what, then ends with the status. */
function standIn(name: string, status = 0): void {
  write(`bin/${name}`, `#!/bin/bash\necho "$PWD: $*" >> "${join(folder, "calls")}"\nexit ${status}\n`);
}

function calls(): readonly string[] {
  const file = join(folder, "calls");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

function run(script: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = { PATH: `${join(folder, "bin")}:${process.env.PATH}`, ...environment };
  const { status, stdout, stderr } = spawnSync("bash", [script, ...args], { cwd: folder, env, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe(".ci/terraform", () => {
  const SCRIPT = join(PROJECT, ".ci/terraform");

  beforeEach(() => standIn("terraform"));

  describe.each(["plan", "apply"])("%s", (action) => {
    const terraform = (environment = {}) => run(SCRIPT, [action, "artifact", "plan"], environment);

    test.each([
      ["npm's own lines before it", `\n> prisma-ecs-runtime-defense@1.0.0 install-bundle\n> exec node x\n\n${BUNDLE}`],
      ["one more line", `${BUNDLE}\n${BUNDLE}`],
      ["an unexpanded reference", `\${INSTALL_BUNDLE}`],
      ["another unexpanded reference", "%INSTALL_BUNDLE%"],
      ["its JSON, not encoded", '{"customerID":"made-up"}'],
      ["a part of it", BUNDLE.slice(0, -5)],
      ["quotation marks around it", `"${BUNDLE}"`],
    ])("refuses what is not an install bundle before Terraform is called, without printing it: %s", (_, value) => {
      write(`${STACK}/cdk.tf.json`, JSON.stringify(DECLARES));
      expect(terraform({ TF_VAR_install_bundle: value })).toEqual({
        status: 1,
        stdout: "",
        stderr:
          "TF_VAR_install_bundle is not the install bundle, which is one line of base64. Fetch it with npm run --silent install-bundle (in Azure Pipelines with -- --azure-pipelines).\n",
      });
      expect(calls()).toEqual([]);
    });

    test("accepts a bundle of any length", () => {
      write(`${STACK}/cdk.tf.json`, JSON.stringify(DECLARES));
      const contents = ["{}", '{"a":1}', '{"a":12}', '{"a":123}', JSON.stringify({ a: "x".repeat(40_000) })];
      for (const content of contents) {
        const outcome = terraform({ TF_VAR_install_bundle: Buffer.from(content).toString("base64") });
        expect(outcome).toMatchObject({ status: 0, stderr: "" });
      }
    });

    test("ignores the value when the artifact declares no such variable", () => {
      write(`${STACK}/cdk.tf.json`, "{}");
      for (const value of ["", "not base64 at all", `\${INSTALL_BUNDLE}`])
        expect(terraform({ TF_VAR_install_bundle: value })).toMatchObject({ status: 0, stderr: "" });
    });

    test.each<[string, readonly string[]]>([
      ["none", ["artifact/manifest.json"]],
      ["two", [`${STACK}/cdk.tf.json`, "artifact/stacks/zz/cdk.tf.json"]],
      ["a folder beside it", [`${STACK}/cdk.tf.json`, "artifact/stacks/zz/main.tf"]],
      ["a folder without one", [`${STACK}/versions.tf`]],
    ])("refuses an artifact without exactly one stack: %s", (_, files) => {
      for (const file of files) write(file, "{}");
      expect(terraform()).toEqual({
        status: 1,
        stdout: "",
        stderr: "artifact must hold exactly one stack: one folder in artifact/stacks, with a cdk.tf.json.\n",
      });
      expect(calls()).toEqual([]);
    });
  });

  test.each([[[]], [["plan", "artifact"]], [["plan", "artifact", "plan", "x"]], [["destroy", "artifact", "plan"]]])(
    "refuses the arguments %j with the usage, before Terraform is called",
    (args) => {
      write(`${STACK}/cdk.tf.json`, "{}");
      const stderr = "Usage: .ci/terraform plan|apply ARTIFACT FOLDER\n";
      expect(run(SCRIPT, args)).toEqual({ status: 1, stdout: "", stderr });
      expect(calls()).toEqual([]);
    },
  );

  test("works in the artifact that it was given, whatever CDPATH says", () => {
    for (const place of [".", "decoy"]) {
      write(`${place}/${STACK}/cdk.tf.json`, "{}");
      mkdirSync(join(folder, place, "plan"));
    }
    const { status } = run(SCRIPT, ["plan", "artifact", "plan"], { CDPATH: join(folder, "decoy") });
    expect(status).toBe(0);
    const [init, plan] = calls();
    expect(init).toBe(`${join(folder, STACK)}: init -no-color`);
    expect(plan).toContain(` -out=${join(folder, "plan/tfplan")}`);
    expect(existsSync(join(folder, "plan/plan.json"))).toBe(true);
  });

  test("gives Terraform neither password nor bundle, and keeps the plan for its owner", () => {
    write(`${STACK}/cdk.tf.json`, "{}");
    write("bin/terraform", `#!/bin/bash\nenv >> "${join(folder, "environment")}"\n`);
    const secrets = { TL_USER: "user-0815", TL_PASS: "pass-0815", INSTALL_BUNDLE: "bundle-0815" };
    expect(run(SCRIPT, ["plan", "artifact", "plan"], secrets).status).toBe(0);
    const environment = readFileSync(join(folder, "environment"), "utf8");
    expect(environment).toContain(`PATH=${join(folder, "bin")}`);
    expect(environment).not.toContain("0815");
    expect(statSync(join(folder, "plan/plan.json")).mode & 0o777).toBe(0o600);
  });

  test("shows an error of terraform init without lines of the stack and without the licence token", () => {
    write(`${STACK}/cdk.tf.json`, "{}");
    const error = "Error: no such image x.example/tw_abcdefgh/defender\n│   12:  plain value";
    write("bin/terraform", `#!/bin/bash\necho "${error}" >&2\nexit 1\n`);
    expect(run(SCRIPT, ["plan", "artifact", "plan"])).toEqual({
      status: 1,
      stdout: "Error: no such image x.example/tw_[redacted]/defender\n",
      stderr: "",
    });
  });

  test.each(["INT", "TERM"])("lets Terraform finish, and shows its last lines, after SIG%s for all", async (signal) => {
    write(`${STACK}/cdk.tf.json`, "{}");
    write("bin/sed", `#!/bin/bash\ntouch ${folder}/started\nexport PATH="${process.env.PATH}"\nexec sed "$@"\n`);
    const begins = `for _ in {1..50}; do [[ -e ${folder}/started ]] || sleep 0.1; done`;
    write(
      "bin/terraform",
      `#!/bin/bash\ntrap 'sleep 0.3; echo finished; exit 1' ${signal}\n${begins}\nkill -${signal} 0\n`,
    );
    const env = { PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    // Detached: a process group of its own, which gets the signal.
    const child = spawn("bash", [SCRIPT, "apply", "artifact", "plan"], { cwd: folder, env, detached: true });
    const output = child.stdout.setEncoding("utf8").toArray();
    expect(await once(child, "close")).toEqual([1, null]);
    expect(await output).toEqual(["finished\n"]);
  });

  test("that can't plan leaves nothing of an earlier plan to apply", () => {
    write(`${STACK}/cdk.tf.json`, "{}");
    for (const file of ["tfplan", "plan.json", "changed"]) write(`plan/${file}`, "");
    standIn("terraform", 1);
    expect(run(SCRIPT, ["plan", "artifact", "plan"]).status).toBe(1);
    expect(readdirSync(join(folder, "plan"))).toEqual([]);
  });

  test("whose plan fails keeps nothing of what Terraform has printed of it", () => {
    write(`${STACK}/cdk.tf.json`, "{}");
    write("bin/terraform", "#!/bin/bash\n[[ $1 == plan ]] || exit 0\necho 'value = \"plain\"'\nexit 1\n");
    expect(run(SCRIPT, ["plan", "artifact", "plan"])).toEqual({ status: 1, stdout: "", stderr: "" });
    expect(readdirSync(join(folder, "plan"))).toEqual([]);
  });
});

test(".ci/run works in its own project, whatever CDPATH says", () => {
  for (const place of [".ci", "decoy/.ci"]) mkdirSync(join(folder, place), { recursive: true });
  copyFileSync(join(PROJECT, ".ci/run"), join(folder, ".ci/run"));
  standIn("npm", 1);
  const { status, stdout } = run(".ci/run", [], { CDPATH: join(folder, "decoy") });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "0 passed, 1 failed\n" });
  expect(calls()).toEqual([`${folder}: ci`]);
});
