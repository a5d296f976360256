import { counted } from "../counted";
import { PlanError, SettingsError } from "../errors";
import { type Allowance, checkProtection } from "../plan/check-protection";
import { checkStackPlan } from "../plan/check-stack-plan";
import { readPlan } from "../plan/read-plan";
import { parseDefenderSettings } from "../settings/defender-images";
import { readSynthesizedStack } from "../stack/synthesized-stack";
import { print, printLine } from "../text/print";
import { quote, text } from "../text/safe-text";
import type { Command } from "./command";
import { structureFacts } from "./task-options";

/** Extends the proof to a Terraform plan, of this project's stack or of any other project. */
export const checkPlan: Command = {
  name: "check-plan",
  purpose:
    "fails when the plan of any Terraform project leaves a Fargate task definition unprotected, or (`--stack`) is not [what was proven](docs/plans.md)",
  operands: [{ name: "PLAN", meaning: "what terraform show -json prints of a saved plan" }],
  options: [
    {
      name: "stack",
      value: "FOLDER",
      meaning:
        "this project's output, such as cdktf.out: the plan must do what it says, value by value, and nothing else",
    },
    {
      name: "allow",
      value: "FAMILY=REASON",
      isRepeated: true,
      meaning:
        "a family, FAMILY/CONTAINER, or the name of a resource without family, that may stay unprotected, and why",
    },
  ],
  run: async ({ environment, stdout, stderr }, { operands: [file = ""], value, values }) => {
    const allowances = values("allow").map(parseAllowance);
    const repeated = allowances.find(({ name }, index) => allowances.findIndex((one) => one.name === name) < index);
    if (repeated) throw new SettingsError([text`--allow names ${repeated.name} twice. Give one reason for it.`]);
    const folder = value("stack");
    if (folder !== undefined && allowances.length > 0) {
      throw new SettingsError([text`--stack and --allow exclude each other: the stack's files say what is left out.`]);
    }
    const plan = readPlan(file);
    if (folder !== undefined) {
      const { problems, proven, notices } = checkStackPlan(plan, readSynthesizedStack(folder).document);
      for (const notice of notices) printLine(stderr, notice);
      if (problems.length > 0) throw new PlanError(problems);
      const are = proven === 1 ? "is the proven one" : "are the proven ones";
      await print(stdout, text`${counted(proven, "task definition")} in ${file} ${are}.\n`);
      return 0;
    }
    const result = checkProtection(plan, allowances, structureFacts(parseDefenderSettings(environment)));
    for (const { name } of result.unused)
      printLine(stderr, text`--allow ${name} has no effect: the plan has nothing unprotected of that name.`);
    for (const allowed of result.allowed) printLine(stderr, text`Allowed: ${allowed}.`);
    if (result.problems.length > 0) throw new PlanError(result.problems);
    const are = result.protected === 1 ? "is" : "are";
    await print(
      stdout,
      text`${counted(result.protected, "task definition")} for Fargate in ${file} ${are} protected.\n`,
    );
    return 0;
  },
};

function parseAllowance(value: string): Allowance {
  const [, name, reason] = /^([\w-]{1,255}(?:\/[\w-]{1,255})?)=(.*\S.*)$/.exec(value) ?? [];
  if (name !== undefined && reason !== undefined) return { name, reason: reason.trim() };
  throw new SettingsError([
    text`--allow must be FAMILY=REASON, or FAMILY/CONTAINER=REASON, such as legacy=${quote("moves off in May")}, got ${quote(value, 120)}.`,
  ]);
}
