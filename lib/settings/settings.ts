import { nearest } from "../nearest";
import { excerpt, text } from "../text/safe-text";
import { consoleSettings, consoleVariables } from "./console";
import { defenderImageSettings, defenderImageVariables } from "./defender-images";
import type { Environment } from "./environment";
import { networkSettings, networkVariables } from "./network";
import { type CrossCheck, type Parsed, parseVariables } from "./parse-variables";
import { checkDefaultRegion, checkPlaces } from "./region";
import { registrySettings, registryVariables } from "./registry";
import { checkTags } from "./secrets";
import { stackSettings, stackVariables } from "./stack";
import { checkStateBackend } from "./state";
import { taskSettings, taskVariables } from "./tasks";

const WITHOUT_CONSOLE = {
  ...networkVariables,
  ...registryVariables,
  ...taskVariables,
  ...defenderImageVariables,
  ...stackVariables,
};

/** The schema of every variable, by name. */
export const VARIABLES = { ...consoleVariables, ...WITHOUT_CONSOLE };

/** All settings in the environment, checked. The README describes the variables. */
export type Settings = ReturnType<typeof parseSettings>;

/**
 * @param more checks that only some commands need
 * @throws SettingsError with every problem of every variable at once.
 */
export function parseSettings(environment: Environment, more: readonly CrossCheck[] = []) {
  const variables = parseVariables(VARIABLES, environment, [...CHECKS, ...more]);
  return { console: consoleSettings(variables), ...settingsWithoutConsole(variables, environment) };
}

/** The same without the Console's settings, for a command that needs no credentials. Throws as `parseSettings` does. */
export function parseSettingsWithoutConsole(environment: Environment) {
  const variables = parseVariables(WITHOUT_CONSOLE, environment, [...CHECKS, checkDefaultRegion]);
  return settingsWithoutConsole(variables, environment);
}

function settingsWithoutConsole(variables: Parsed<typeof WITHOUT_CONSOLE>, environment: Environment) {
  return {
    network: networkSettings(variables, environment),
    registry: registrySettings(variables, environment),
    tasks: taskSettings(variables),
    ...defenderImageSettings(variables),
    stack: stackSettings(variables),
  };
}

/** The settings that locate a stack, for a command that needs nothing else. Throws as `parseSettings` does. */
export function parseStackSettings(environment: Environment) {
  return stackSettings(parseVariables(stackVariables, environment, [checkPlaces, checkStateBackend]));
}

// A misspelt one of these would go unnoticed, because the default would apply.
const OURS = /^(TF_STATE_|TASK_DEFINITION|RUNTIME_DEFEN[SC]E_|CONTAINER_IMAGE|DEFENDER_REGIST|INSTALL_BUNDLE_)/;
// Variables of other tools may begin like this, too.
const MAYBE_OURS = /^TL_/;
// No other tool's variable is nearly the same as a name of this length.
const LONG = 16;

const checkNames: CrossCheck = (_, environment) => {
  const known = Object.keys(VARIABLES);
  const unknown = Object.keys(environment).filter((name) => !known.includes(name));
  // A variable that is set is not the misspelt one.
  const missing = known.filter((name) => environment[name] === undefined);
  const long = missing.filter(({ length }) => length >= LONG);
  return unknown.flatMap((name) => {
    const meant = MAYBE_OURS.test(name)
      ? nearestBehindPrefix(name, missing)
      : nearest(name, OURS.test(name) ? known : long);
    if (meant === undefined && !OURS.test(name)) return [];
    const remedy = meant === undefined ? "Check its spelling." : `Did you mean ${meant}?`;
    return [text`${excerpt(name, 80)} is not a known variable. ${remedy}`];
  });
};

const CHECKS: readonly CrossCheck[] = [checkPlaces, checkNames, checkStateBackend, checkTags];

// Compared without the prefix, which all of them share.
function nearestBehindPrefix(name: string, names: readonly string[]): string | undefined {
  const found = nearest(
    name.replace(MAYBE_OURS, ""),
    names.filter((one) => MAYBE_OURS.test(one)).map((one) => one.replace(MAYBE_OURS, "")),
  );
  return found && `TL_${found}`;
}
