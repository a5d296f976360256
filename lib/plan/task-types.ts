export const TASK_DEFINITION = "aws_ecs_task_definition";

/** Other resources whose tasks may run on Fargate, by type, with the argument that names one. They are not looked into. */
export const OTHER_TASKS: ReadonlyMap<string, string> = new Map([
  ["aws_batch_job_definition", "name"],
  ["awscc_batch_job_definition", "job_definition_name"],
  ["aws_ecs_express_gateway_service", "service_name"],
  ["awscc_ecs_express_gateway_service", "service_name"],
  ["awscc_ecs_task_definition", "family"],
]);
