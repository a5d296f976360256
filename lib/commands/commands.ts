import { SettingsError } from "../errors";
import { columnsOf, print } from "../text/print";
import { quote, text } from "../text/safe-text";
import { parseArguments } from "./arguments";
import type { Command, ExitStatus, Invocation } from "./command";

/** Every command by its name. Only the one that runs is loaded. */
export const COMMANDS = {
  synth: async () => (await import("./synth")).synth,
  check: async () => (await import("./check")).check,
  diff: async () => (await import("./diff")).diff,
  protect: async () => (await import("./protect")).protect,
  "install-bundle": async () => (await import("./install-bundle")).installBundle,
  "check-artifact": async () => (await import("./check-artifact")).checkArtifact,
  "check-plan": async () => (await import("./check-plan")).checkPlan,
  "check-registered": async () => (await import("./check-registered")).checkRegistered,
  status: async () => (await import("./status")).status,
  destroy: async () => (await import("./destroy")).destroy,
  "check-state": async () => (await import("./check-state")).checkState,
} satisfies Readonly<Record<string, () => Promise<Command>>>;

export type CommandName = keyof typeof COMMANDS;

const DEFAULT = "synth";
const HELP = ["--help", "-h"];

/** @throws SettingsError when there is no such command. */
export async function loadCommand(name = DEFAULT): Promise<Command> {
  const load = new Map(Object.entries(COMMANDS)).get(name);
  if (load) return load();
  throw new SettingsError([text`There is no command ${quote(name, 40)}, only ${Object.keys(COMMANDS).join(", ")}.`]);
}

/** Performs a command, or prints its help. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  invocation: Invocation,
): Promise<ExitStatus> {
  if (args.some((arg) => HELP.includes(arg))) {
    const { helpOf } = await import("./help");
    await print(invocation.stdout, helpOf(command, columnsOf(invocation.stdout)));
    return 0;
  }
  return command.run(invocation, parseArguments(command, args, invocation.environment));
}

/** Whether the argument in the command's place asks for the list of commands. */
export function asksForOverview(name = ""): boolean {
  return HELP.includes(name);
}

export async function printOverview(invocation: Invocation): Promise<ExitStatus> {
  const { overviewOf } = await import("./help");
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  await print(invocation.stdout, overviewOf(commands, columnsOf(invocation.stdout)));
  return 0;
}
