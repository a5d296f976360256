import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import type { ProtectedTask } from "../lib/protection/protected-task";
import type { StackSettings } from "../lib/settings/stack";
import { VERSION_FILE_CONTENT } from "../lib/stack/output-paths";
import { proven } from "./protection/proven";
import { inFolder, synthesized } from "./stack/synthesize";
import { CONTAINER, TASK } from "./task/read";

// Opt-in: it needs Checkov 3 (PyPI). Nothing is downloaded, and nothing is sent.
const wanted = process.env.CHECKOV_TESTS === "1" && spawnSync("checkov", ["--version"]).status === 0;
const describeIf = wanted ? describe : describe.skip;

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

describeIf("Checkov itself (CHECKOV_TESTS=1, checkov on PATH)", () => {
  let tasks: readonly ProtectedTask[];

  beforeAll(async () => {
    const { executionRoleArn: _, ...own } = TASK;
    tasks = await Promise.all([
      proven({ ...own, runtimeDefense: { sidecar: { logs: true } } }),
      proven({ ...TASK, family: "other", containerDefinitions: [CONTAINER] }),
    ]);
  });

  test("reads every resource, and finds exactly what docs/aws-account.md lists", () => {
    const { checked, found, expected } = scan(tasks, { grantExecutionRoles: true });
    expect(expected.length).toBeGreaterThan(7);
    expect(checked).toEqual(expect.arrayContaining(expected));
    expect(found).toEqual(documented());
  });

  test("finds only the missing rotation when all variables that docs/aws-account.md names are set", () => {
    const { found } = scan(tasks, {
      grantExecutionRoles: true,
      containerInsights: "enabled",
      installBundleKmsKeyArn: KEY,
      logKmsKeyArn: KEY,
      logRetentionDays: 365,
    });
    expect(found).toEqual(["CKV2_AWS_57"]);
  });
});

test("Checkov is installed if CHECKOV_TESTS=1 asks for its tests", () => {
  expect(wanted).toBe(process.env.CHECKOV_TESTS === "1");
});

type Check = { readonly check_id: string; readonly resource: string };
type Report = {
  readonly results: { readonly passed_checks: readonly Check[]; readonly failed_checks: readonly Check[] };
  readonly summary: { readonly parsing_errors: number };
};

function scan(tasks: readonly ProtectedTask[], settings: Partial<StackSettings>) {
  const { text, stack } = synthesized(tasks, settings);
  const report = inFolder((folder): Report => {
    writeFileSync(join(folder, "cdk.tf.json"), text);
    writeFileSync(join(folder, "versions.tf"), VERSION_FILE_CONTENT);
    const { stdout } = spawnSync("checkov", ["--skip-download", "--directory", folder, "--output", "json"], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: folder },
    });
    return JSON.parse(stdout);
  });
  const { passed_checks: passed, failed_checks: failed } = report.results;
  expect(report.summary.parsing_errors).toBe(0);
  return {
    // Most checks name a resource without its type.
    checked: [...passed, ...failed].map(({ resource }) => resource.split(".")[1]),
    found: [...new Set(failed.map(({ check_id }) => check_id))].sort(),
    // Checkov has no checks for a secret's version.
    expected: Object.entries(stack.resource).flatMap(([type, named]) =>
      type === "aws_secretsmanager_secret_version" ? [] : Object.keys(named),
    ),
  };
}

/** The findings in the table of docs/aws-account.md. */
function documented(): readonly string[] {
  const document = readFileSync(resolve(__dirname, "../docs/aws-account.md"), "utf8");
  return [...document.matchAll(/^\| (CKV\w+) \|/gm)].map(([, id = ""]) => id).sort();
}
