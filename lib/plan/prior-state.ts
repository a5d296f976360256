import { asText, type JsonObject, objectOf } from "../json";
import { elementsOf } from "../protection/compare";
import { OTHER_TASKS, TASK_DEFINITION } from "./task-types";

/** Addresses of the task definitions, and of what else makes tasks, that there are before the plan, in the modules too. */
export function taskDefinitionsBefore(priorState: JsonObject): readonly string[] {
  return addressesIn(objectOf(objectOf(priorState.values).root_module));
}

function addressesIn({ resources, child_modules }: JsonObject): readonly string[] {
  const tasks = elementsOf(resources)
    .map(objectOf)
    .filter(({ mode, type }) => mode === "managed" && (type === TASK_DEFINITION || OTHER_TASKS.has(asText(type))));
  return [
    ...tasks.map(({ address }) => asText(address)),
    ...elementsOf(child_modules).flatMap((module) => addressesIn(objectOf(module))),
  ];
}
