import { spawnSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { checkPlan } from "../../lib/commands/check-plan";
import { invoke } from "../commands/invoke";
import { temporaryFolders } from "../entry";
import { DEFENDER_REGISTRY } from "../status/registrations";

const FIXTURES = join(__dirname, "../plan/fixtures");
const newFolder = temporaryFolders();

test("another project, planned with the installed AWS provider, gets the same problems as its fixture", async () => {
  const folder = newFolder();
  cpSync(join(FIXTURES, "project"), folder, { recursive: true });
  const terraform = inFolder(folder);
  terraform("init");
  terraform("plan", "-out=saved.plan");
  const plan = join(folder, "plan.json");
  writeFileSync(plan, terraform("show", "-json", "saved.plan"));

  const check = async (file: string) => (await invoke(checkPlan, [file], { DEFENDER_REGISTRY })).problems;

  const problems = await check(plan);
  expect(problems).toEqual(await check(join(FIXTURES, "plan-of-project.json")));
  expect(problems).toHaveLength(4);
  const kept = await invoke(checkPlan, [join(folder, "saved.plan")]);
  expect(kept.problems).toEqual([expect.stringContaining("it is a binary plan file")]);
});

function inFolder(folder: string) {
  const mirror = process.env.TEST_PROVIDER_MIRROR;
  const configuration = join(folder, "terraform.rc");
  writeFileSync(configuration, mirror ? `provider_installation { filesystem_mirror { path = "${mirror}" } }\n` : "");
  const env = { PATH: process.env.PATH, TF_CLI_CONFIG_FILE: configuration, TF_INPUT: "0", CHECKPOINT_DISABLE: "1" };
  return (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync("terraform", args, { cwd: folder, env, encoding: "utf8" });
    if (status !== 0) throw new Error(`terraform ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  };
}
