import { homedir } from "node:os";
import { join } from "node:path";

import * as v from "valibot";

import type { Environment } from "./environment";

/** Settings for the images' registries. */
export type RegistrySettings = {
  /** The folder of Docker's own `config.json`, whose credentials are used. It needn't exist. */
  readonly dockerConfigFolder: string;
};

export const registryVariables = {
  DOCKER_CONFIG: v.optional(v.string()),
};

type Variables = v.InferOutput<v.ObjectSchema<typeof registryVariables, undefined>>;

export function registrySettings(variables: Variables, environment: Environment): RegistrySettings {
  return { dockerConfigFolder: variables.DOCKER_CONFIG ?? join(environment.HOME || homedir(), ".docker") };
}
