import { placeOf } from "../arn";
import { openEcs } from "../aws/ecs";
import { readDefinitions } from "../aws/task-definitions";
import { PlanError } from "../errors";
import { describeAll } from "../protection/deviation";
import { deployedValues, expectedTasks } from "../registered/expected";
import { askOutputs, readOutputs } from "../registered/read-outputs";
import { isSet } from "../settings/environment";
import { networkSettings, networkVariables } from "../settings/network";
import { parseVariables } from "../settings/parse-variables";
import { definitionDifferences } from "../stack/definition-differences";
import { readSynthesizedStack } from "../stack/synthesized-stack";
import { evaluatedTask } from "../stack/synthesized-tasks";
import { print } from "../text/print";
import { excerpt, join, type SafeText, text } from "../text/safe-text";
import type { Command } from "./command";
import { outputFolder } from "./output-folder";

/** The proof carried on to what ECS holds: cdk.tf.json was proven, and Terraform's outputs say what became of it. */
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
  run: async ({ environment, signal, stdout }, { value }) => {
    const network = networkSettings(parseVariables(networkVariables, environment, []), environment);
    const stack = readSynthesizedStack(value("stack") ?? outputFolder(environment));
    const file = value("outputs");
    const { TERRAFORM_BINARY_NAME: named } = environment;
    const program = isSet(named) ? named : "terraform";
    const outputs =
      file === undefined ? await askOutputs({ program, folder: stack.folder, environment, signal }) : readOutputs(file);
    const tasks = expectedTasks(stack.document, outputs);
    const region = placeOf(tasks[0]?.arn ?? "")?.region;
    const ecs = await openEcs({ network, signal, ...(region !== undefined && { region }) });
    try {
      const registered = await readDefinitions(
        ecs,
        tasks.map(({ arn }) => arn),
      );
      const problems = tasks.flatMap((task): readonly SafeText[] => {
        const definition = registered.get(task.arn)?.definition ?? {};
        const values = deployedValues(task, definition, stack.document, outputs);
        const status =
          definition.status === "ACTIVE" ? [] : [text`${excerpt(task.arn)} is deregistered: deploy again.`];
        // DescribeTaskDefinition gives tags only to those who may list them.
        const deviations = definitionDifferences(evaluatedTask(task.resource, values), definition, ["tags"]);
        return [
          ...status,
          ...describeAll(deviations).map((one) => text`${excerpt(task.arn)} is not the proven task definition: ${one}`),
        ];
      });
      if (problems.length > 0) throw new PlanError(problems);
      const what = tasks.length === 1 ? text`The task definition is` : text`All ${tasks.length} task definitions are`;
      await print(stdout, join([text`${what} registered in ${ecs.region} as proven.`, text``], "\n"));
      return 0;
    } finally {
      ecs.close();
    }
  },
};
