// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's, not ours
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { TERRAFORM_BUNDLE_VARIABLE } from "../lib/stack/names";
import { prepareOutput } from "../lib/stack/output-folder";
import { pathsOf, VERSION_FILE_CONTENT } from "../lib/stack/output-paths";
import { synthesize } from "../lib/stack/synthesize";
import { escapeAll } from "../lib/stack/terraform-text";
import { proven } from "./protection/proven";
import { SETTINGS, type Stack, synthesized } from "./stack/synthesize";
import { TASK } from "./task/read";

const { secretFile: SECRET_FILE, folder: STACK_FOLDER, versionFile: VERSION_FILE } = pathsOf("prisma-runtime-defense");

// Opt-in: it needs Terraform 1.11 or later. Nothing is downloaded: terraform_data is built in.
const wanted = process.env.TERRAFORM_TESTS === "1" && spawnSync("terraform", ["version"]).status === 0;
const describeIf = wanted ? describe : describe.skip;

const BUNDLE = Buffer.from('{"customerID":"made up","apiKey":"found nowhere, ${x}"}').toString("base64");
const DIGEST = createHash("sha256").update(BUNDLE).digest("hex");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "terraform-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describeIf("Terraform itself (TERRAFORM_TESTS=1, terraform on PATH)", () => {
  test("passes the bundle from synth's own file to apply, and keeps it in neither plan nor state nor output", async () => {
    const task = await proven(TASK, BUNDLE);
    const out = join(folder, "cdktf.out");
    synthesize({
      ...SETTINGS,
      tasks: [task],
      folder: out,
      staging: prepareOutput(out),
      projectFolder: out,
      files: [],
    })();
    const stack: Stack = JSON.parse(readFileSync(join(out, STACK_FOLDER, "cdk.tf.json"), "utf8"));
    writeFileSync(join(folder, `${TERRAFORM_BUNDLE_VARIABLE}.auto.tfvars.json`), readFileSync(join(out, SECRET_FILE)));
    rmSync(out, { recursive: true });
    const value = `\${var.${TERRAFORM_BUNDLE_VARIABLE}}`;
    writeVersion();
    configure({
      variable: stack.variable,
      resource: {
        terraform_data: {
          reader: {
            // As with a write-only argument, only a number that isn't secret is kept.
            input: 1,
            lifecycle: {
              postcondition: {
                condition: `\${sha256(var.${TERRAFORM_BUNDLE_VARIABLE}) == "${DIGEST}"}`,
                error_message: "another value came",
              },
            },
            provisioner: {
              "local-exec": { command: 'printf %s "$BUNDLE" | sha256sum > arrived', environment: { BUNDLE: value } },
            },
          },
        },
      },
    });

    const output = ["init", "plan -out=saved.plan", "apply saved.plan", "show", "show -json saved.plan", "output"]
      .map((command) => terraform(...command.split(" ")))
      .join("\n");

    expect(readFileSync(join(folder, "arrived"), "utf8")).toContain(DIGEST);
    expect(output).not.toContain(BUNDLE);
    const plan = execFileSync("unzip", ["-p", join(folder, "saved.plan")]);
    expect(plan.length).toBeGreaterThan(0);
    expect(plan.includes(BUNDLE)).toBe(false);
    const holders = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && readFileSync(join(entry.parentPath ?? entry.path, entry.name)).includes(BUNDLE),
      )
      .map(({ name }) => name);
    expect(holders).toEqual([`${TERRAFORM_BUNDLE_VARIABLE}.auto.tfvars.json`]);
    expect(readFileSync(join(folder, "terraform.tfstate"), "utf8")).toContain("terraform_data");
  });

  test("reads escaped text exactly as it was", () => {
    const texts = Object.fromEntries(
      [
        "${path.module}",
        "%{ if true }x%{ endif }",
        "$${a}",
        "%%{a}",
        "$$${a}",
        "%%%{a}",
        "$$$${a}",
        "${",
        "%{",
        "$",
        "$$",
        "%%",
        "$%{a}",
        "%${a}",
        "${${a}}",
        "~}${~ a ~}",
        '"quoted" \\ \\\\ \\n \\${a}',
        "line\nline\r\n\ttab",
        "ü → 🛡 \u202e \u2028 \u0001",
        '{"json":"${a}","x":["%{b}"]}',
        "<<EOT\n${a}\nEOT",
      ].map((text, index) => [`text_${index}`, text]),
    );
    configure({
      output: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { value: escapeAll(text) }])),
    });
    terraform("init");
    terraform("apply", "-auto-approve");
    const values: Record<string, { value: string }> = JSON.parse(terraform("output", "-json"));
    expect(Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]))).toEqual(texts);
  });

  test("reads escaped keys exactly as they were", () => {
    const map = { "${a}": "${b}", "%{c}": "%{d}", "$${e}": "f", 'g"h': "i" };
    configure({ output: { map: { value: escapeAll(map) } } });
    terraform("init");
    terraform("apply", "-auto-approve");
    expect(JSON.parse(terraform("output", "-json", "map"))).toEqual(map);
  });

  test("finds the stack valid, as far as it can be checked without the AWS provider", async () => {
    const { stack } = synthesized([await proven(TASK, BUNDLE)]);
    writeVersion();
    configure({ terraform: { backend: stack.terraform.backend }, variable: stack.variable });
    terraform("init", "-backend=false");
    expect(JSON.parse(terraform("validate", "-json"))).toMatchObject({ valid: true, diagnostics: [] });
  });
});

// Terraform reads this file exactly as it is published.
function writeVersion(): void {
  writeFileSync(join(folder, basename(VERSION_FILE)), VERSION_FILE_CONTENT);
}

test("Terraform is installed if TERRAFORM_TESTS=1 asks for its tests", () => {
  expect(wanted).toBe(process.env.TERRAFORM_TESTS === "1");
});

function configure(configuration: object): void {
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify(configuration, null, 2));
}

function terraform(...args: readonly string[]): string {
  const env = {
    PATH: process.env.PATH,
    TF_INPUT: "0",
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
    TF_CLI_ARGS: "-no-color",
  };
  const { status, stdout, stderr } = spawnSync("terraform", args, { cwd: folder, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`terraform ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}
