import * as v from "valibot";

import { defined } from "../defined";
import { asText } from "../json";
import { quote, type SafeText, text } from "../text/safe-text";
import type { Parsed } from "./parse-variables";
import { jsonObject } from "./schemas";

/** The variable with the path of the task definitions. */
export const TASKS_VARIABLE = "TASK_DEFINITION_PATH";

const NAME = /^([\w-]{1,255}\/)?[\w-]{1,255}$/;
const IMAGE = /^[\w.:/@-]+$/;

const containerImages = v.pipe(
  jsonObject('must be a JSON object from container or family/container to image, such as {"web":"nginx:1.27"}'),
  v.rawTransform(({ dataset, addIssue }) => {
    for (const [name, image] of Object.entries(dataset.value)) {
      const problem = problemOf(name, image);
      if (problem) addIssue({ message: problem });
    }
    return new Map(Object.entries(dataset.value).map(([name, image]) => [name, asText(image)]));
  }),
);

function problemOf(name: string, image: unknown): SafeText | undefined {
  if (!NAME.test(name)) return text`must name a container, or family/container, got ${quote(name, 80)}`;
  if (typeof image !== "string") return text`must name ${name}'s image as a string such as "nginx:1.27"`;
  if (!IMAGE.test(image)) return text`must name ${name}'s image as a reference, got ${quote(image, 120)}`;
  return undefined;
}

export const taskVariables = {
  [TASKS_VARIABLE]: v.optional(v.string(), "original_task_definition.json"),
  RUNTIME_DEFENSE_DEFAULTS: v.optional(v.string()),
  CONTAINER_IMAGES: v.optional(containerImages, "{}"),
};

/** Where the task definitions are, their defaults and their images. */
export function taskSettings(variables: Parsed<typeof taskVariables>) {
  return defined({
    /** A task definition file, or a folder of them. */
    path: variables.TASK_DEFINITION_PATH,
    /** A JSON file with the default `runtimeDefense` of every task. */
    defaultsPath: variables.RUNTIME_DEFENSE_DEFAULTS,
    /** Image references by container (`web`) or by family and container (`shop/web`). */
    images: variables.CONTAINER_IMAGES,
  });
}
