import { setTimeout } from "node:timers/promises";

import { Hono, type MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import * as v from "valibot";

import type { Account } from "./account";

type ApiOptions = {
  readonly account: Account;
  readonly latencyMs: number;
  readonly intercept: MiddlewareHandler | undefined;
  readonly onRequest: (request: RecordedRequest) => void;
};

export type RecordedRequest = { readonly action: string; readonly body: unknown };

const TARGET = "AmazonEC2ContainerServiceV20141113.";
const PAGE = 100;

/** The read calls of ECS' API: `X-Amz-Target` and JSON, with the names that ECS gives to errors. */
export function ecsApi({ account, latencyMs, intercept, onRequest }: ApiOptions): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    const action = c.req.header("x-amz-target")?.replace(TARGET, "") ?? "";
    onRequest({ action, body: await c.req.json() });
    // Without ref: a call that is still delayed must not keep a closed server from ending.
    if (latencyMs > 0) await setTimeout(latencyMs, undefined, { ref: false });
    return next();
  });
  if (intercept) app.use(intercept);
  app.post("/", async (c) => {
    const signature = c.req.header("authorization") ?? "";
    if (!signature.startsWith("AWS4-HMAC-SHA256 ")) refuse("MissingAuthenticationTokenException", "Not signed.");
    if (!signature.includes(`/${account.region}/ecs/aws4_request`)) {
      refuse("InvalidSignatureException", `Credential should be scoped to a valid region, ${account.region}.`);
    }
    const action = c.req.header("x-amz-target")?.replace(TARGET, "") ?? "";
    return c.json(answer(action, await c.req.json(), account));
  });
  app.onError((error, c) => {
    if (!(error instanceof HTTPException)) return c.json({ __type: "ServerException", message: error.message }, 500);
    return c.json({ __type: error.message, message: String(error.cause) }, error.status);
  });
  return app;
}

function answer(action: string, body: unknown, account: Account): object {
  switch (action) {
    case "ListClusters": {
      const page = pageOf(account.clusters, parse(Page, body));
      return { clusterArns: page.members.map(({ clusterArn }) => clusterArn), ...page.next };
    }
    case "DescribeClusters": {
      const { clusters: names } = parse(v.object({ clusters: batch(100) }), body);
      return described("clusters", names, account.clusters, (name, one) =>
        [one.clusterArn, one.clusterName].includes(name),
      );
    }
    case "ListTasks": {
      const query = parse(
        v.object({ ...Page.entries, cluster: v.string(), desiredStatus: v.optional(v.string(), "RUNNING") }),
        body,
      );
      const cluster = clusterOf(account, query.cluster);
      const page = pageOf(
        account.tasks.filter((task) => task.clusterArn === cluster && task.desiredStatus === query.desiredStatus),
        query,
      );
      return { taskArns: page.members.map(({ taskArn }) => taskArn), ...page.next };
    }
    case "DescribeTasks": {
      const query = parse(v.object({ cluster: v.string(), tasks: batch(100) }), body);
      const cluster = clusterOf(account, query.cluster);
      const tasks = account.tasks.filter(({ clusterArn }) => clusterArn === cluster);
      return described("tasks", query.tasks, tasks, (arn, { taskArn }) => taskArn === arn);
    }
    case "DescribeServices": {
      const query = parse(v.object({ cluster: v.string(), services: batch(10) }), body);
      const cluster = clusterOf(account, query.cluster);
      const services = account.services.filter(({ clusterArn }) => clusterArn === cluster);
      return described("services", query.services, services, (name, { serviceName }) => serviceName === name);
    }
    case "DescribeTaskDefinition": {
      const { taskDefinition: name } = parse(v.object({ taskDefinition: v.string() }), body);
      const definition = account.definitions.findLast(
        ({ taskDefinitionArn: arn, family }) => arn === name || arn.endsWith(`/${name}`) || family === name,
      );
      return { taskDefinition: definition ?? refuse("ClientException", "Unable to describe task definition.") };
    }
    default:
      return refuse("UnknownOperationException", `The local ECS does not know ${action}.`);
  }
}

const Page = v.object({
  nextToken: v.optional(v.pipe(v.string(), v.digits(), v.transform(Number)), "0"),
  maxResults: v.optional(v.pipe(v.number(), v.maxValue(PAGE)), PAGE),
});

function batch(limit: number) {
  return v.pipe(v.array(v.string()), v.maxLength(limit, `cannot be more than ${limit} elements.`));
}

function pageOf<T>(all: readonly T[], { nextToken: start, maxResults }: v.InferOutput<typeof Page>) {
  const end = start + maxResults;
  return { members: all.slice(start, end), next: end < all.length ? { nextToken: String(end) } : {} };
}

/** Describes the names that exist, and reports the others as MISSING, as ECS does. */
function described<T>(key: string, names: readonly string[], all: readonly T[], is: (name: string, one: T) => boolean) {
  const matches = names.map((name) => ({ name, one: all.find((one) => is(name, one)) }));
  const failures = matches.filter(({ one }) => !one).map(({ name }) => ({ arn: name, reason: "MISSING" }));
  return { [key]: matches.map(({ one }) => one).filter((one) => one !== undefined), failures };
}

function clusterOf(account: Account, name: string): string {
  const cluster = account.clusters.find(({ clusterArn, clusterName }) => [clusterArn, clusterName].includes(name));
  return cluster?.clusterArn ?? refuse("ClusterNotFoundException", "Cluster not found.");
}

function parse<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, body);
  return parsed.success ? parsed.output : refuse("InvalidParameterException", parsed.issues[0].message);
}

function refuse(type: string, message: string): never {
  throw new HTTPException(400, { message: type, cause: message });
}
