import { parseArgs } from "node:util";

import { SettingsError } from "../errors";
import { nearest } from "../nearest";
import { type Environment, isSet } from "../settings/environment";
import { quote, type SafeText, text } from "../text/safe-text";
import type { Arguments, Command } from "./command";
import { operandName, optionsOf, usageOf } from "./usage";

/** @throws SettingsError */
export function parseArguments(command: Command, args: readonly string[], environment: Environment): Arguments {
  const { positionals, tokens } = parse(command, args);
  const given = tokens.flatMap((token) => (token.kind === "option" ? [token] : []));
  const problems = [
    ...takenByNpm(command, environment),
    ...operandProblems(command, positionals),
    ...given.flatMap((one) => valueProblems(command, one)),
  ];
  if (problems.length > 0) throw usageError(command, problems);
  const values = (option: string) => given.flatMap(({ name, value }) => (name === option ? (value ?? []) : []));
  return {
    operands: positionals,
    has: (option) => given.some(({ name }) => name === option),
    value: (option) => values(option).at(-1),
    values,
  };
}

// Without `--` before it, npm consumes an option, passes it on as a variable, and with --silent doesn't warn.
function takenByNpm(command: Command, environment: Environment): readonly SafeText[] {
  return optionsOf(command)
    .filter(({ name }) => !OF_NPM.includes(name) && isSet(environment[`npm_config_${name.replaceAll("-", "_")}`]))
    .map(({ name }) => text`npm consumed --${name}. Write -- before the options.`);
}

// npm has these options, too: a user may have set them for npm itself.
const OF_NPM = ["offline"];

function parse(command: Command, args: readonly string[]) {
  const options = optionsOf(command).map(
    ({ name, value }) => [name, { type: value === undefined ? ("boolean" as const) : ("string" as const) }] as const,
  );
  try {
    return parseArgs({ args: [...args], allowPositionals: true, tokens: true, options: Object.fromEntries(options) });
  } catch (error) {
    // Always about the arguments: the options are our own.
    const { message } = error as Error;
    const [, unknown = ""] = /^Unknown option '(--[\w-]+)'/.exec(message) ?? [];
    const names = options.map(([name]) => `--${name}`);
    const meant = nearest(unknown, names);
    const remedy = meant === undefined ? [] : [text`Did you mean ${meant}?`];
    throw usageError(command, [text`${firstSentence(message)}.`, ...remedy]);
  }
}

// The rest of Node's message explains how to write an operand that looks like an option.
function firstSentence(message: string): string {
  return message.split(/\. |\n/)[0]?.replace(/\.$/, "") ?? message;
}

function operandProblems(
  { name, operands = [], insteadOfOperands }: Command,
  given: readonly string[],
): readonly SafeText[] {
  const least = operands.filter(({ isOptional }) => !isOptional).length;
  if (given.length >= least && given.length <= operands.length) return [];
  const expected = operands.length === 0 ? "no arguments" : operands.map(operandName).join(" ");
  const got = given.length === 0 ? "nothing" : given.join(" ");
  return [text`${name} takes ${expected}, got ${got}.`, ...(insteadOfOperands ? [text`${insteadOfOperands}`] : [])];
}

function valueProblems(
  command: Command,
  given: { readonly name: string; readonly value?: string | undefined },
): readonly SafeText[] {
  const { value: choices } = optionsOf(command).find(({ name }) => name === given.name) ?? {};
  if (typeof choices !== "object" || choices.includes(given.value ?? "")) return [];
  return [text`--${given.name} must be one of ${choices.join(", ")}, got ${quote(given.value ?? "", 80)}.`];
}

function usageError(command: Command, problems: readonly SafeText[]): SettingsError {
  return new SettingsError([text`${problems.join(" ")} Usage: ${usageOf(command)}.`]);
}
