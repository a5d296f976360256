import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { PROVIDER_LOCK_FILE_NAME, VERSION_FILE_CONTENT } from "../../lib/stack/output-paths";
import { run, temporaryFolders } from "../entry";

const newFolder = temporaryFolders();

/** A stand-in for Terraform: what it does at `terraform destroy`, and prints at `terraform state pull`. */
function terraformThat(destroys: string, { state = '{"serial": 2, "lineage": "d1c0", "resources": []}' } = {}) {
  const folder = newFolder();
  const program = join(folder, "terraform");
  const cases = [`init) ;;`, `state) printf '%s' '${state}' ;;`, `destroy) ${destroys} ;;`];
  writeFileSync(program, `#!/bin/sh\necho "$*" >> "${folder}/calls"\ncase $1 in\n${cases.join("\n")}\nesac\n`);
  chmodSync(program, 0o755);
  const environment = { TF_STATE_S3_BUCKET: "some-bucket", TERRAFORM_BINARY_NAME: program, TMPDIR: newFolder() };
  const calls = () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
  return { place: { folder, environment }, calls, temporary: environment.TMPDIR };
}

test("a missing folder for temporary files is named, with the remedy", async () => {
  const environment = { TF_STATE_S3_BUCKET: "some-bucket", TMPDIR: "/nonexistent" };
  const { status, stderr } = await run(["destroy"], { folder: newFolder(), environment });
  expect(stderr).toBe("No folder can be created in /nonexistent (ENOENT). Set TMPDIR to a writable folder.\n");
  expect(status).toBe(1);
});

test("a full disk is named, before Terraform does anything, and nothing is left behind", async () => {
  const { place, temporary } = terraformThat("echo done");
  const { status, stdout, stderr } = await run(["destroy"], { ...place, shell: "ulimit -f 0" });
  expect(stderr).toMatch(
    /^\S+\/runtime-defense-destroy-\w+ can't be written: a file would exceed [^\n]+ \(EFBIG\)\.\n$/,
  );
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(readdirSync(temporary)).toEqual([]);
});

test.each([
  ["one without resources", '{"serial": 2, "lineage": "d1c0", "resources": []}'],
  ["the first one with resources", '{"serial": 1, "lineage": "d1c0", "resources": [{}]}'],
])("a state is destroyed, even %s, and nothing is left behind", async (_, state) => {
  const { place, calls, temporary } = terraformThat("echo done", { state });
  expect(await run(["destroy", "--auto-approve"], place)).toEqual({
    status: 0,
    signal: null,
    stdout: "done\n",
    stderr: "",
  });
  expect(calls()).toEqual(["init", "state pull", "destroy -auto-approve"]);
  expect(readdirSync(temporary)).toEqual([]);
});

test("without --auto-approve Terraform asks, and reads the answer", async () => {
  const { place, calls } = terraformThat('read -r answer; echo "answered: $answer"');
  const { stdout } = await run(["destroy"], { ...place, shell: "echo yes > answer; exec < answer" });
  expect(stdout).toBe("answered: yes\n");
  expect(calls()).toEqual(["init", "state pull", "destroy"]);
});

test("Terraform gets the versions and the lock file of the stack, and no password", async () => {
  const { place } = terraformThat("cat versions.tf .terraform.lock.hcl; env");
  writeFileSync(join(place.folder, PROVIDER_LOCK_FILE_NAME), "# the lock file\n");
  const environment = { ...place.environment, TL_PASS: "pass-0815", AWS_PROFILE: "shop" };
  const { stdout } = await run(["destroy"], { ...place, environment });
  expect(stdout).toContain(`${VERSION_FILE_CONTENT}# the lock file\n`);
  expect(stdout).toContain("AWS_PROFILE=shop\n");
  expect(stdout).not.toContain("pass-0815");
});

test("Terraform is held to the account that the state names: in another one it would call everything destroyed", async () => {
  const arns = ["arn:aws:iam::111122223333:role/a", "arn:aws:ecs:eu-west-1:111122223333:cluster/b", undefined];
  const instances = arns.map((arn) => ({ attributes: { arn } }));
  const state = JSON.stringify({ serial: 1, lineage: "d1c0", resources: [{ instances }] });
  const { place } = terraformThat("cat override.tf.json", { state });
  const { stdout } = await run(["destroy"], place);
  expect(JSON.parse(stdout)).toEqual({ provider: { aws: { allowed_account_ids: ["111122223333"] } } });
});

test.each([
  ["an empty file", ""],
  ["a remote state that is not there", '{"version": 4, "serial": 0, "lineage": "", "outputs": {}, "resources": []}'],
  ["a workspace that Terraform has just made", '{"version": 4, "serial": 1, "lineage": "d1c0", "resources": []}'],
])("%s is not called destroyed", async (_, state) => {
  const { place, calls } = terraformThat("echo done", { state });
  const { status, stdout, stderr } = await run(["destroy"], place);
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: "",
    stderr:
      "There is no state of the stack prisma-runtime-defense: it is empty, or not there. Set the TF_STATE_… variables, STACK_NAME and TF_WORKSPACE as they were for the deployment.\n",
  });
  expect(calls()).toEqual(["init", "state pull"]);
});

test("a local state that is missing is named before Terraform runs, which would take it for an empty one", async () => {
  const { place } = terraformThat("echo done");
  const environment = { ...place.environment, TF_STATE_S3_BUCKET: "" };
  expect(await run(["destroy"], { ...place, environment })).toMatchObject({
    status: 1,
    stderr: `There is no state of the stack prisma-runtime-defense: ${place.folder}/terraform.prisma-runtime-defense.tfstate is missing. Set the TF_STATE_… variables, STACK_NAME and TF_WORKSPACE as they were for the deployment.\n`,
  });
  expect(existsSync(join(place.folder, "calls"))).toBe(false);
});

test.each([
  ["isn't installed", "no-terraform", "it is not on PATH"],
  ["isn't a program", __filename, `spawn ${__filename} EACCES`],
])("a Terraform that %s is named, and nothing is left behind", async (_, program, reason) => {
  const { place, temporary } = terraformThat("echo done");
  const environment = { ...place.environment, TERRAFORM_BINARY_NAME: program };
  expect(await run(["destroy"], { ...place, environment })).toMatchObject({
    status: 1,
    stderr: `${program} can't be started: ${reason}. Install Terraform 1.11 or later.\n`,
  });
  expect(readdirSync(temporary)).toEqual([]);
});

test("a state that Terraform could not store is kept, with the command that stores it", async () => {
  const { place, temporary } = terraformThat("echo '{}' > errored.tfstate; exit 1");
  const { status, stderr } = await run(["destroy"], place);
  const [folder = ""] = readdirSync(temporary);
  const stack = join(temporary, folder, "stacks/prisma-runtime-defense");
  expect(stderr).toBe(
    `Terraform could not store the state. It is in ${stack}/errored.tfstate: store it with ${place.environment.TERRAFORM_BINARY_NAME} -chdir=${stack} state push errored.tfstate, then remove ${join(temporary, folder)}.\n`,
  );
  expect(status).toBe(1);
  expect(existsSync(join(stack, "errored.tfstate"))).toBe(true);
});

test("a temporary folder that can't be removed doesn't hide why the run failed", async () => {
  const { place, temporary } = terraformThat('cd /; rm -r "$TMPDIR"; ln -s "$TMPDIR" "$TMPDIR"; exit 1');
  const { status, stderr } = await run(["destroy"], place);
  rmSync(temporary);
  expect(stderr).toBe("terraform destroy failed. Its output is above.\n");
  expect(status).toBe(1);
});

test("a Terraform that is killed is an error", async () => {
  const { place } = terraformThat("kill -KILL $$");
  expect(await run(["destroy"], place)).toMatchObject({
    status: 1,
    stderr: "terraform destroy failed. Its output is above.\n",
  });
});

// Each stand-in sends the signal to the command's group, as a terminal and some pipelines do, and npm repeats it.
test.each(["SIGINT", "SIGTERM", "SIGHUP"])(
  "%s for all processes reaches Terraform once, as SIGTERM, and the command waits for it",
  async (signal) => {
    const name = signal.slice(3);
    const counts = `trap 'echo told; told=1' TERM; kill -${name} -$PPID; for _ in $(seq 50); do [ "$told" ] || sleep 0.1; done; kill -${name} -$PPID; sleep 1; echo finished; exit 1`;
    const { place, temporary } = terraformThat(counts);
    expect(await run(["destroy"], { ...place, detached: true })).toMatchObject({
      status: 1,
      stdout: "told\nfinished\n",
      stderr: `Stopped by ${signal}.\n`,
    });
    expect(readdirSync(temporary)).toEqual([]);
  },
);
