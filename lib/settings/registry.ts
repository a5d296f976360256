import { homedir } from "node:os";
import { join } from "node:path";

import * as v from "valibot";

import type { Environment } from "./environment";
import type { Parsed } from "./parse-variables";

export const registryVariables = {
  DOCKER_CONFIG: v.optional(v.string()),
};

/** Settings for the images' registries. */
export type RegistrySettings = ReturnType<typeof registrySettings>;

export function registrySettings(variables: Parsed<typeof registryVariables>, environment: Environment) {
  /** The folder of Docker's own `config.json`, whose credentials are used. It needn't exist. */
  const dockerConfigFolder = variables.DOCKER_CONFIG ?? join(environment.HOME || homedir(), ".docker");
  return { dockerConfigFolder };
}
