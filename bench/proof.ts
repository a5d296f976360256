// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Terraform's and the shell's.

// The proof and the escaping alone, without Console and CDKTF: prints JSON, one figure for each number of containers.

import * as v from "valibot";

import { isJsonObject } from "../lib/json";
import { ProtectedTask } from "../lib/protection/protected-task";
import { taskDefinitionConfig } from "../lib/stack/task-definition-config";
import { RuntimeDefenseSchema } from "../lib/task/runtime-defense";
import type { ContainerDefinition } from "../lib/task/schema";
import type { Task } from "../lib/task/task";
import { holdsSecret, Secret } from "../lib/text/secret";
import { DEFENDER_REGISTRY, defenderImage } from "../local-console/defender";
import { FargateTaskSchema, protect } from "../local-console/protect";

const CONTAINERS = [1, 2, 4, 8, 16, 32, 64];
const CREDENTIALS = ["a password of some length", `eyJ${"x".repeat(500)}`].map((value) => new Secret(value));
const ROUNDS = 15;
const ROUND_MS = 40;
const ARN = "${aws_secretsmanager_secret.install-bundle.arn}";
const BUNDLE = Buffer.from('{"apiKey":"bench"}').toString("base64");
const FACTS = {
  consoleAddress: "console.example.com",
  region: "eu-west-1",
  defenderRegistry: DEFENDER_REGISTRY,
  console: { version: "34.04.145", installBundle: new Secret(BUNDLE), wsAddress: undefined },
  holdsCredential: (text: string) => holdsSecret(text, CREDENTIALS),
};

const cases = CONTAINERS.map((containers) => ({ containers, once: work(containers), rates: [] as number[] }));
for (let round = 0; round <= ROUNDS; round++) {
  for (const { once, rates } of cases) rates.push(rateOf(once));
}
const results = cases.map(({ containers, rates }) => {
  const [, ...warm] = rates;
  return { containers, tasksPerSecond: warm.sort((a, b) => a - b)[warm.length >> 1] };
});
process.stdout.write(`${JSON.stringify(results)}\n`);
process.exitCode = 0;

function rateOf(once: () => void): number {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < ROUND_MS) {
    once();
    count++;
  }
  return (count * 1000) / (performance.now() - start);
}

function work(containers: number): () => void {
  const task = taskWith(containers);
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
    taskDefinitionConfig(proven.withInstallBundleFrom(ARN), "arn:aws:iam::111122223333:role/bench", ARN);
  };
}

function taskWith(containers: number): Task {
  return {
    file: "bench.json",
    definition: {
      family: "bench",
      cpu: "1024",
      memory: "2048",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      containerDefinitions: Array.from({ length: containers }, (_, index) => container(`app-${index}`)),
    },
    runtimeDefense: v.parse(RuntimeDefenseSchema, {}),
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
