// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's and the shell's.

// Measures proof and escaping alone, without Console and CDKTF. Prints JSON: the least time per container for each case.

import * as v from "valibot";

import { isJsonObject } from "../lib/json";
import { ProtectedTask } from "../lib/protection/protected-task";
import { taskDefinitionConfig } from "../lib/stack/task-definition-config";
import { RuntimeDefenseSchema } from "../lib/task/runtime-defense";
import type { ContainerDefinition } from "../lib/task/schema";
import type { Task } from "../lib/task/task";
import { finderOf, Secret } from "../lib/text/secret";
import { DEFENDER_REGISTRY, defenderImage } from "../local-console/defender";
import { FargateTaskSchema, protect } from "../local-console/protect";

/** The number of tasks, and of containers in each: a growing task, and a fleet of 10,000 containers. */
const CASES = [
  ...[1, 2, 4, 8, 16, 32, 64].map((containers) => ({ tasks: 1, containers })),
  { tasks: 1250, containers: 8 },
];
const CREDENTIALS = finderOf(["a password of some length", `eyJ${"x".repeat(500)}`].map((value) => new Secret(value)));
const ROUNDS = 15;
const ROUND_MS = 40;
const ARN = "${aws_secretsmanager_secret.install-bundle.arn}";
const BUNDLE = Buffer.from(JSON.stringify({ apiKey: "bench".repeat(400) })).toString("base64");
const FACTS = {
  consoleAddress: "console.example.com",
  region: "eu-west-1",
  defenderRegistry: DEFENDER_REGISTRY,
  console: { version: "34.04.145", installBundle: new Secret(BUNDLE), wsAddress: undefined },
  holdsCredential: (text: string) => CREDENTIALS.isIn(text),
};

const cases = CASES.map(({ tasks, containers }) => ({
  tasks,
  containers,
  once: work(tasks, containers),
  times: [] as number[],
}));
for (let round = 0; round <= ROUNDS; round++) {
  for (const { once, times } of cases) times.push(timeOf(once));
}
const results = cases.map(({ tasks, containers, times }) => {
  const [, ...warm] = times;
  return { tasks, containers, microseconds: (Math.min(...warm) * 1000) / tasks / containers };
});
process.stdout.write(`${JSON.stringify(results)}\n`);
process.exitCode = 0;

/** The average milliseconds of one call, over as many calls as fit into a round. */
function timeOf(once: () => void): number {
  const start = performance.now();
  let count = 0;
  do {
    once();
    count++;
  } while (performance.now() - start < ROUND_MS);
  return (performance.now() - start) / count;
}

function work(tasks: number, containers: number): () => void {
  const fleet = Array.from({ length: tasks }, (_, index) => workOf(`bench-${index}`, containers));
  return () => {
    for (const once of fleet) once();
  };
}

function workOf(family: string, containers: number): () => void {
  const task = taskWith(family, containers);
  const defender = {
    image: defenderImage("34.04.145"),
    installBundle: BUNDLE,
    wsAddress: `wss://${FACTS.consoleAddress}:8084`,
    filesystemMonitoring: false,
  };
  const answer: unknown = JSON.parse(JSON.stringify(protect(v.parse(FargateTaskSchema, task.definition), defender)));
  if (!isJsonObject(answer)) throw new Error("the answer is an object");
  return () => {
    const proven = ProtectedTask.prove(task, answer, FACTS);
    taskDefinitionConfig(proven, "arn:aws:iam::111122223333:role/bench", ARN);
  };
}

function taskWith(family: string, containers: number): Task {
  return {
    file: "bench.json",
    definition: {
      family,
      cpu: "1024",
      memory: "2048",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      containerDefinitions: Array.from({ length: containers }, (_, index) => container(`app-${index}`)),
    },
    runtimeDefense: v.parse(RuntimeDefenseSchema, {}),
    lookedUp: [],
    notices: [],
  };
}

function container(name: string): ContainerDefinition {
  return {
    name,
    image: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/${name}:1.2.3`,
    entryPoint: ["sh", "-c"],
    command: ["exec /srv/app --listen ${PORT} --format %{time}"],
    environment: Array.from({ length: 12 }, (_, index) => ({ name: `SETTING_${index}`, value: `value-${index}` })),
    secrets: [{ name: "DATABASE_URL", valueFrom: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}` }],
    portMappings: [{ containerPort: 8080, protocol: "tcp" }],
    healthCheck: { command: ["CMD-SHELL", "curl -f http://localhost:8080/"], interval: 30, retries: 3 },
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": "/ecs/bench", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": name },
    },
  };
}
