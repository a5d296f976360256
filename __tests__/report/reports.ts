import type { ProtectedTask } from "../../lib/protection/protected-task";
import { buildReport, type Report, type ReportFacts } from "../../lib/report/report";
import { installBundleStatements } from "../../lib/stack/role-statements";
import { text } from "../../lib/text/safe-text";
import { proven } from "../protection/proven";

export const EXAMPLE = {
  family: "hello",
  containerDefinitions: [
    { name: "hello", image: "public.ecr.aws/docker/library/busybox:1.37", entryPoint: ["sh", "-c"] },
  ],
};

/** A task with a container left out, notices, its own Defender image, logs and its own execution role. */
export const SHOP = {
  family: "shop",
  executionRoleArn: "arn:aws:iam::111122223333:role/shop-execution",
  cpu: "0.5 vCPU",
  memory: 1024,
  containerDefinitions: [
    { name: "web", image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:2.4.1", entryPoint: ["/srv/web"] },
    {
      name: "cache",
      image: "redis:7",
      entryPoint: ["docker-entrypoint.sh"],
      networkMode: "awsvpc",
      logConfiguration: { logDriver: "awsfirelens" },
    },
    { name: "log_router", image: "fluent-bit:stable", firelensConfiguration: { type: "fluentbit" } },
  ],
  runtimeDefense: {
    exclude: { log_router: "FireLens router, its image has no entrypoint" },
    defenderImage: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/twistlock/defender:defender_34_04_145",
    sidecar: { cpu: 128, memoryReservation: 256, logs: "own" },
  },
};

export async function reportOn(documents: readonly unknown[], facts: Partial<ReportFacts> = {}): Promise<Report> {
  const tasks: readonly ProtectedTask[] = await Promise.all(documents.map((document) => proven(document)));
  // The temporary file has another name in each run.
  const report = buildReport({
    stack: "prisma-runtime-defense",
    region: "eu-west-1",
    console: { url: "https://console.example.com:8083", version: "34.04.145" },
    installBundle: { file: "stacks/prisma-runtime-defense/install_bundle.auto.tfvars.json" },
    statementsFor: () => installBundleStatements("arn:aws:secretsmanager:eu-west-1:111122223333:secret:bundle-??????"),
    grantsRoles: false,
    ...facts,
    tasks,
  });
  return { ...report, tasks: report.tasks.map((task) => ({ ...task, file: text`tasks/${task.family}.json` })) };
}

/** The report as if it were about this many tasks. */
export function fleet(report: Report, size: number): Report {
  const [task] = report.tasks;
  if (!task) throw new Error("A report is about a task.");
  const tasks = Array.from({ length: size }, (_, index) => ({ ...task, family: text`${task.family}-${index}` }));
  return { ...report, tasks };
}

/** Where the report's results are. */
export const PLACES = {
  stack: "cdktf.out/stacks/prisma-runtime-defense/cdk.tf.json",
  report: "cdktf.out/runtime-defense.md",
};
