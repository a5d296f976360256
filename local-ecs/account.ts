import * as v from "valibot";

const list = <S extends v.GenericSchema>(element: S) => v.pipe(v.array(element), v.readonly());
const optionalText = v.exactOptional(v.string());

export const ContentsSchema = v.strictObject({
  /** @default "111122223333" */
  account: optionalText,
  /** @default "eu-west-1" */
  region: optionalText,
  /** Clusters that run nothing. */
  emptyClusters: v.exactOptional(list(v.string())),
  /** As RegisterTaskDefinition takes them, in the order of registration: the first one of a family is its revision 1. */
  registered: list(
    v.looseObject({ family: v.string(), containerDefinitions: list(v.looseObject({ name: v.string() })) }),
  ),
  workloads: list(
    v.strictObject({
      cluster: v.string(),
      /** Without it, the tasks were started without a service. */
      service: optionalText,
      /** `web:3` */
      runs: v.string(),
      count: v.number(),
      /** The revision that the service names for its next tasks. @default that of `runs` */
      next: optionalText,
      /** @default "FARGATE" */
      launchType: optionalText,
      /** @default "RUNNING" */
      lastStatus: optionalText,
      /** Of the containers that have a health check. @default "HEALTHY" */
      healthStatus: optionalText,
      /** What RunTask was given in place of the task definition's values. @default the containers' names alone, as from ECS */
      containerOverrides: v.exactOptional(list(v.looseObject({ name: v.string() }))),
    }),
  ),
});

export type Contents = v.InferOutput<typeof ContentsSchema>;
export type Registration = Contents["registered"][number];
export type Workload = Contents["workloads"][number];

const STOPPING = ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"];

/** The contents of an AWS account in one region, as far as ECS' API shows them, with the API's names. */
export type Account = ReturnType<typeof accountOf>;

/** The account that has these task definitions registered and runs these workloads. */
export function accountOf(contents: Contents) {
  const { account = "111122223333", region = "eu-west-1", emptyClusters = [], registered, workloads } = contents;
  const arn = (resource: string) => `arn:aws:ecs:${region}:${account}:${resource}`;
  const definitions = registered.map((definition, index) => {
    const revision = registered.slice(0, index + 1).filter(({ family }) => family === definition.family).length;
    const taskDefinitionArn = arn(`task-definition/${definition.family}:${revision}`);
    return { ...definition, taskDefinitionArn, revision, status: "ACTIVE" };
  });
  const registration = (name: string) => {
    const definition = definitions.find(
      ({ taskDefinitionArn }) => taskDefinitionArn === arn(`task-definition/${name}`),
    );
    if (!definition) throw new RangeError(`${name} is not registered.`);
    return definition;
  };
  const names = [...new Set([...workloads.map(({ cluster }) => cluster), ...emptyClusters])];
  return {
    account,
    region,
    clusters: names.map((name) => ({ clusterArn: arn(`cluster/${name}`), clusterName: name, status: "ACTIVE" })),
    services: workloads.flatMap(({ cluster, service, runs, next = runs }) =>
      service === undefined
        ? []
        : [
            {
              clusterArn: arn(`cluster/${cluster}`),
              serviceName: service,
              taskDefinition: registration(next).taskDefinitionArn,
              status: "ACTIVE",
            },
          ],
    ),
    tasks: workloads.flatMap((workload, index) => {
      const { taskDefinitionArn, containerDefinitions, family } = registration(workload.runs);
      const { lastStatus = "RUNNING", healthStatus = "HEALTHY" } = workload;
      const { containerOverrides = containerDefinitions.map(({ name }) => ({ name })) } = workload;
      return Array.from({ length: workload.count }, (_, number) => ({
        taskArn: arn(`task/${workload.cluster}/${taskId(index, number)}`),
        clusterArn: arn(`cluster/${workload.cluster}`),
        taskDefinitionArn,
        group: workload.service === undefined ? `family:${family}` : `service:${workload.service}`,
        launchType: workload.launchType ?? "FARGATE",
        lastStatus,
        desiredStatus: STOPPING.includes(lastStatus) ? "STOPPED" : "RUNNING",
        overrides: { containerOverrides },
        containers: containerDefinitions.map(({ name, healthCheck }) => ({
          name,
          lastStatus: lastStatus === "DEACTIVATING" ? "RUNNING" : lastStatus,
          healthStatus: healthCheck === undefined || lastStatus !== "RUNNING" ? "UNKNOWN" : healthStatus,
        })),
      }));
    }),
    definitions,
  };
}

function taskId(workload: number, number: number): string {
  return (workload * 100_000 + number + 1).toString(16).padStart(32, "0");
}
