import { asText, type JsonObject, objectOf } from "../json";
import { elementsOf } from "../protection/compare";

export const TASK_DEFINITION = "aws_ecs_task_definition";

/** Other resource types whose tasks may run on Fargate, with the argument that names a resource. They are not inspected. */
export const UNINSPECTED_TASKS: ReadonlyMap<string, string> = new Map([
  ["aws_batch_job_definition", "name"],
  ["awscc_batch_job_definition", "job_definition_name"],
  ["aws_ecs_express_gateway_service", "service_name"],
  ["awscc_ecs_express_gateway_service", "service_name"],
  ["awscc_ecs_task_definition", "family"],
]);

/** Addresses of the task definitions and other resources that make tasks, before the plan, in modules too. */
export function taskDefinitionsBefore(priorState: JsonObject): readonly string[] {
  return addressesIn(objectOf(objectOf(priorState.values).root_module));
}

function addressesIn({ resources, child_modules }: JsonObject): readonly string[] {
  const tasks = elementsOf(resources)
    .map(objectOf)
    .filter(
      ({ mode, type }) => mode === "managed" && (type === TASK_DEFINITION || UNINSPECTED_TASKS.has(asText(type))),
    );
  return [
    ...tasks.map(({ address }) => asText(address)),
    ...elementsOf(child_modules).flatMap((module) => addressesIn(objectOf(module))),
  ];
}
