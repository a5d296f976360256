import type { JsonObject } from "../../lib/json";
import { CREDENTIALS } from "../aws/account";
import { run, temporaryFolders, variablesFor } from "../entry";
import { start } from "../local-console/client";
import { bare, DEFENDER_REGISTRY, protectedBy } from "../status/registrations";
import { type Emulator, REGION, startEmulator } from "./emulator";

// Against an emulator that others wrote: its tasks have one container, which never runs and has no health status.

const newFolder = temporaryFolders();
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
  // Otherwise each description would bring a task closer to being stopped.
  await fetch(`${emulator.url}/moto-api/state-manager/set-transition`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model_name: "ecs::task", transition: { progression: "time", seconds: 3600 } }),
  });
});

afterAll(() => emulator?.stop());

test("running tasks are found in every cluster, and none of them is protected", async () => {
  const networkConfiguration = await awsvpc();
  for (const cluster of ["prisma-runtime-cluster", "other"]) {
    await emulator.call("ecs", "CreateCluster", { clusterName: cluster });
  }
  for (const definition of [bare("api"), bare("web"), protectedBy("web")]) {
    await emulator.call("ecs", "RegisterTaskDefinition", {
      ...definition,
      // The emulator runs no container without a memory reservation.
      containerDefinitions: definition.containerDefinitions.map((one) => ({ ...one, memoryReservation: 128 })),
    });
  }
  for (const [cluster, taskDefinition] of [
    ["prisma-runtime-cluster", "web:1"],
    ["prisma-runtime-cluster", "web:2"],
    ["other", "api"],
  ] as const) {
    const task = { cluster, taskDefinition, launchType: "FARGATE", networkConfiguration };
    await emulator.call("ecs", "RunTask", task);
  }

  const local = await start();
  const { status, stdout, stderr } = await run(["status", "--all-clusters", "--format", "json"], {
    folder: newFolder(),
    environment: { ...variablesFor(local), DEFENDER_REGISTRY, ...CREDENTIALS, AWS_ENDPOINT_URL: emulator.url },
  });

  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { tasks, summary } = JSON.parse(stdout);
  expect(summary).toMatchObject({ tasks: 3, protected: 0, percent: 0, clusters: [{ tasks: 1 }, { tasks: 2 }] });
  const said = tasks.map((task: JsonObject) => [task.family, task.revision, task.verdict, task.remedy]);
  expect(said).toEqual(
    expect.arrayContaining([
      ["api", 1, "unprotected", expect.stringContaining("Put the task definition api under runtime defense")],
      ["web", 1, "unprotected", "web:2 is protected: run the task again."],
      ["web", 2, "defender-not-healthy", expect.any(String)],
    ]),
  );
});

async function awsvpc(): Promise<JsonObject> {
  const answer = await fetch(emulator.url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/ec2/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: "Action=DescribeSubnets&Version=2016-11-15",
  });
  const [subnet = ""] = /subnet-[0-9a-f]+/.exec(await answer.text()) ?? [];
  return { awsvpcConfiguration: { subnets: [subnet], securityGroups: [] } };
}
