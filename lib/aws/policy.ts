/** The only actions that reading needs. On all resources: ListClusters and DescribeTaskDefinition accept no narrower ones. */
const ACTIONS = [
  "ecs:DescribeClusters",
  "ecs:DescribeServices",
  "ecs:DescribeTaskDefinition",
  "ecs:DescribeTasks",
  "ecs:ListClusters",
  "ecs:ListTasks",
] as const;

export type Action = (typeof ACTIONS)[number];

/** The IAM policy for `status` and `check-registered`, as docs/status.md has it. */
export const READ_POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ACTIONS, Resource: "*" }],
};
