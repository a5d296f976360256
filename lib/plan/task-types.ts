export const TASK_DEFINITION = "aws_ecs_task_definition";
