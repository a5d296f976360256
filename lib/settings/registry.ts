import { homedir } from "node:os";
import { join } from "node:path";

import * as v from "valibot";

import type { Environment } from "./environment";

export const registryVariables = {
  DOCKER_CONFIG: v.optional(v.string()),
};

type Variables = v.InferOutput<v.ObjectSchema<typeof registryVariables, undefined>>;

/** Settings for the images' registries. */
export type RegistrySettings = ReturnType<typeof registrySettings>;

export function registrySettings(variables: Variables, environment: Environment) {
  /** The folder of Docker's own `config.json`, whose credentials are used. It needn't exist. */
  const dockerConfigFolder = variables.DOCKER_CONFIG ?? join(environment.HOME || homedir(), ".docker");
  return { dockerConfigFolder };
}
