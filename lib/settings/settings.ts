import * as v from "valibot";

import { defined } from "../defined";
import { excerpt, text } from "../text/safe-text";
import { type ConsoleSettings, consoleSettings, consoleVariables } from "./console";
import type { Environment } from "./environment";
import { type NetworkSettings, networkSettings, networkVariables } from "./network";
import { type CrossCheck, parseVariables } from "./parse-variables";
import { checkPlaces } from "./region";
import { type RegistrySettings, registrySettings, registryVariables } from "./registry";
import { HOST, matching, shown } from "./schemas";
import { type StackSettings, stackSettings, stackVariables } from "./stack";
import { checkState, stateVariables } from "./state";
import { type TaskSettings, taskSettings, taskVariables } from "./tasks";

/** All that the environment says, checked. The variables are described in the README. */
export type Settings = {
  readonly console: ConsoleSettings;
  readonly network: NetworkSettings;
  readonly registry: RegistrySettings;
  readonly tasks: TaskSettings;
  /** The registry's host, with its port if it has one, that Defender images come from besides Palo Alto Networks' own. */
  readonly defenderRegistry?: string;
  readonly stack: StackSettings;
};

const PORT = /(:\d{1,5})?$/;

const proofVariables = {
  DEFENDER_REGISTRY: v.optional(
    matching(
      new RegExp(HOST.source.replace(/\$$/, "") + PORT.source, "i"),
      shown("must be a registry's host, without https:// and path"),
    ),
  ),
};

const WITHOUT_CONSOLE = {
  ...networkVariables,
  ...registryVariables,
  ...taskVariables,
  ...proofVariables,
  ...stackVariables,
  ...stateVariables,
};

/** Every variable, by its name. */
export const VARIABLES = { ...consoleVariables, ...WITHOUT_CONSOLE };

/** @throws SettingsError with every problem of every variable at once. */
export function parseSettings(environment: Environment): Settings {
  const variables = parseVariables(VARIABLES, environment, [checkPlaces, checkNames, checkState]);
  return { console: consoleSettings(variables), ...settingsWithoutConsole(variables, environment) };
}

function settingsWithoutConsole(
  variables: v.InferOutput<v.ObjectSchema<typeof WITHOUT_CONSOLE, undefined>>,
  environment: Environment,
): Omit<Settings, "console"> {
  return defined({
    network: networkSettings(variables, environment),
    registry: registrySettings(variables, environment),
    tasks: taskSettings(variables),
    defenderRegistry: variables.DEFENDER_REGISTRY,
    stack: stackSettings(variables),
  });
}

/**
 * All but what the Console is asked with, for a command that needs no credentials.
 *
 * @throws SettingsError with every problem of every variable at once.
 */
export function parseSettingsWithoutConsole(environment: Environment): Omit<Settings, "console"> {
  const variables = parseVariables(WITHOUT_CONSOLE, environment, [checkPlaces, checkNames, checkState]);
  return settingsWithoutConsole(variables, environment);
}

/**
 * What says where a stack is, for a command that needs nothing else.
 *
 * @throws SettingsError with every problem of every variable at once.
 */
export function parseStackSettings(environment: Environment): StackSettings {
  const schemas = { ...stackVariables, ...stateVariables };
  return stackSettings(parseVariables(schemas, environment, [checkPlaces, checkState]));
}

/**
 * What a Defender is judged by, as far as the environment says it, for a command that asks no Console.
 *
 * @throws SettingsError with every problem of every variable at once.
 */
export function parseDefenderSettings(environment: Environment): {
  readonly consoleAddress?: string;
  readonly defenderRegistry?: string;
} {
  const { TL_CONSOLE_ADDRESS } = consoleVariables;
  const variables = parseVariables({ TL_CONSOLE_ADDRESS, ...proofVariables }, environment, []);
  return defined({
    consoleAddress: variables.TL_CONSOLE_ADDRESS,
    defenderRegistry: variables.DEFENDER_REGISTRY,
  });
}

// A misspelt one of these would go unnoticed: without it there is a default.
const OURS = /^(TF_STATE_|TASK_DEFINITION|RUNTIME_DEFENSE_|CONTAINER_IMAGE|DEFENDER_REGIST)/;

const checkNames: CrossCheck = (_, environment) =>
  Object.keys(environment)
    .filter((name) => OURS.test(name) && !Object.hasOwn(VARIABLES, name))
    .map((name) => text`${excerpt(name, 80)} is not a known variable. Check its spelling.`);
