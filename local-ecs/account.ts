/** The contents of an AWS account in one region, as far as ECS' API shows them, with the API's names. */
export type Account = {
  readonly account: string;
  readonly region: string;
  readonly clusters: readonly {
    readonly clusterArn: string;
    readonly clusterName: string;
    readonly status: string;
  }[];
  readonly services: readonly {
    readonly clusterArn: string;
    readonly serviceName: string;
    readonly taskDefinition: string;
    readonly status: string;
  }[];
  readonly tasks: readonly Task[];
  readonly definitions: readonly Definition[];
};

type Task = {
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly taskDefinitionArn: string;
  readonly group: string;
  readonly launchType: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly containers: readonly { readonly name: string; readonly lastStatus: string; readonly healthStatus: string }[];
  readonly overrides: { readonly containerOverrides: readonly ContainerOverride[] };
};

/** The values that RunTask was given for a container, in place of its task definition's. */
export type ContainerOverride = { readonly name: string; readonly [key: string]: unknown };

type Definition = {
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly revision: number;
  readonly [key: string]: unknown;
};

/** A task definition as RegisterTaskDefinition takes it. */
export type Registration = {
  readonly family: string;
  readonly containerDefinitions: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly [key: string]: unknown;
};

export type Workload = {
  readonly cluster: string;
  /** Without it, the tasks were started without a service. */
  readonly service?: string;
  /** `web:3` */
  readonly runs: string;
  readonly count: number;
  /** The revision that the service names for its next tasks. @default that of `runs` */
  readonly next?: string;
  /** @default "FARGATE" */
  readonly launchType?: string;
  /** @default "RUNNING" */
  readonly lastStatus?: string;
  /** Of the containers that have a health check. @default "HEALTHY" */
  readonly healthStatus?: string;
  /** @default what ECS returns for a task without overrides: the containers' names alone */
  readonly containerOverrides?: readonly ContainerOverride[];
};

export type Contents = {
  /** @default "111122223333" */
  readonly account?: string;
  /** @default "eu-west-1" */
  readonly region?: string;
  /** Clusters that run nothing. */
  readonly emptyClusters?: readonly string[];
  /** In the order in which they were registered: the first one of a family is its revision 1. */
  readonly registered: readonly Registration[];
  readonly workloads: readonly Workload[];
};

/** The account that has these task definitions registered and runs these workloads. */
export function accountOf(contents: Contents): Account {
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
        desiredStatus: "RUNNING",
        overrides: { containerOverrides },
        containers: containerDefinitions.map(({ name, healthCheck }) => ({
          name,
          lastStatus,
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
