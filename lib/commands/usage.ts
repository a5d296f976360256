import { PROBLEM_FORMATS } from "../report/problems/formats";
import type { Command, Operand, Option } from "./command";

/** How a command is called: `npm run --silent protect -- FILE [--out FILE]`. */
export function usageOf({ name, isPiped = false, operands = [], options = [] }: Command): string {
  const parts = [...operands.map(operandName), ...options.map((option) => `[${formOf(option)}]`)];
  const call = `npm run ${isPiped ? "--silent " : ""}${name}`;
  if (parts.length === 0) return call;
  // A shorter form when one option is the only possible argument.
  const isLoneOption = operands.length === 0 && options.length === 1;
  return isLoneOption ? `${call} [-- ${parts.join("").slice(1, -1)}]` : `${call} -- ${parts.join(" ")}`;
}

/** An operand as usage shows it: `[PATH]` when it is optional. */
export function operandName({ name, isOptional = false }: Operand): string {
  return isOptional ? `[${name}]` : name;
}

const FORMAT: Option = { name: "format", meaning: "how problems are printed", value: PROBLEM_FORMATS };

/** A command's options, and `--format`, which every command has. */
export function optionsOf({ options = [] }: Command): readonly Option[] {
  return options.some(({ name }) => name === FORMAT.name) ? options : [...options, FORMAT];
}

/** An option as usage shows it: `--out FILE`. */
export function formOf({ name, value, isRepeated = false }: Option): string {
  const flag = `--${name}`;
  if (value === undefined) return flag;
  return `${flag} ${typeof value === "string" ? value : value.join("|")}${isRepeated ? " …" : ""}`;
}
