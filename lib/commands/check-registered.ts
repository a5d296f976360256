import { placeOf } from "../arn";
import { openEcs } from "../aws/ecs";
import { readDefinitions } from "../aws/task-definitions";
import { AwsError, PlanError } from "../errors";
import { runDeadline } from "../http/retry";
import { describeAll } from "../protection/deviation";
import { type DeployedTask, deployedTasks, deployedValues } from "../registered/deployed-tasks";
import { askOutputs, readOutputs } from "../registered/read-outputs";
import { type NetworkSettings, networkSettings, networkVariables } from "../settings/network";
import { parseVariables } from "../settings/parse-variables";
import { definitionDifferences } from "../stack/definition-differences";
import { outputFolder } from "../stack/output-paths";
import { readSynthesizedStack } from "../stack/synthesized-stack";
import { evaluatedTask } from "../stack/synthesized-tasks";
import { print } from "../text/print";
import { excerpt, type SafeText, text } from "../text/safe-text";
import type { Command } from "./command";

/** Extends the proof to ECS: compares the proven cdk.tf.json with the task definitions that Terraform's outputs name. */
export const checkRegistered: Command = {
  name: "check-registered",
  purpose:
    "after a deployment: fails when a task definition that ECS has registered is not [the proven one](docs/plans.md), field by field",
  insteadOfOperands: "Name the stack's folder by --stack.",
  options: [
    { name: "stack", value: "FOLDER", meaning: "the output that was applied; without it cdktf.out" },
    {
      name: "outputs",
      value: "FILE",
      meaning: "what terraform output -json prints; without it Terraform is asked in the stack's folder",
    },
  ],
  run: async ({ environment, stdout, signal: stopped }, { value }) => {
    const network = networkSettings(parseVariables(networkVariables, environment, []), environment);
    const { folder, document } = readSynthesizedStack(value("stack") ?? outputFolder(environment));
    const file = value("outputs");
    using limit = runDeadline(network, stopped, { Kind: AwsError, lookAt: "Terraform and at AWS" });
    const { signal } = limit;
    const outputs = file === undefined ? await askOutputs({ folder, environment, signal }) : readOutputs(file);
    const tasks = deployedTasks(document, outputs);
    const { registered, region } = await readRegistered(tasks, network, signal);
    const problems = tasks.flatMap((task): readonly SafeText[] => {
      const definition = registered.get(task.arn)?.definition ?? {};
      const values = deployedValues(task, definition, document, outputs);
      const status = definition.status === "ACTIVE" ? [] : [text`${excerpt(task.arn)} is deregistered: deploy again.`];
      // Tags are not compared: DescribeTaskDefinition returns them only on request, and only to a caller that may list them.
      const deviations = definitionDifferences(evaluatedTask(task.resource, values), definition, ["tags"]);
      return [
        ...status,
        ...describeAll(deviations).map((one) => text`${excerpt(task.arn)} is not the proven task definition: ${one}`),
      ];
    });
    if (problems.length > 0) throw new PlanError(problems);
    const what = tasks.length === 1 ? text`The task definition is` : text`All ${tasks.length} task definitions are`;
    await print(stdout, text`${what} registered in ${region} as proven.\n`);
    return 0;
  },
};

async function readRegistered(tasks: readonly DeployedTask[], network: NetworkSettings, signal: AbortSignal) {
  const arns = tasks.map(({ arn }) => arn);
  const place = placeOf(arns[0] ?? "");
  using ecs = await openEcs({ network, signal, ...(place && { region: place.region }) });
  return { registered: await readDefinitions(ecs, arns), region: ecs.region };
}
