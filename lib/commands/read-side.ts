import { existsSync } from "node:fs";
import { join } from "node:path";

import * as v from "valibot";

import { asText } from "../json";
import { type Side, viewOfFile, viewOfOutput } from "../report/diff/side";
import { nameInReport } from "../report/report";
import { readArtifact } from "../stack/artifact";
import { pathsOf, REPORT_JSON } from "../stack/output-paths";
import { notAsWritten, readSynthesizedJson } from "../stack/synthesized-file";
import { evaluatedTask, taskDefinitionsIn } from "../stack/synthesized-tasks";
import { type ReadOptions, readTasks } from "../task/read-tasks";

/**
 * Reads the task definitions of a file, of a folder, or of an output folder, by family.
 *
 * @throws ExpectedError when they can't be read, or when a file has problems.
 */
export async function readSide(path: string, options: ReadOptions): Promise<Side> {
  return existsSync(join(path, REPORT_JSON)) ? readOutput(path) : readFiles(path, options);
}

async function readFiles(path: string, options: ReadOptions): Promise<Side> {
  const tasks = await readTasks(path, options);
  return new Map(
    tasks.map(({ definition, runtimeDefense }) => [definition.family, viewOfFile(definition, runtimeDefense)]),
  );
}

// The part of docs/report.schema.json that is compared.
const ReportSchema = v.object({
  tasks: v.array(
    v.object({
      family: v.string(),
      containers: v.array(v.object({ name: v.string(), reason: v.nullable(v.string()) })),
      changes: v.array(v.object({ container: v.string(), field: v.string(), change: v.string() })),
    }),
  ),
});

function readOutput(folder: string): Side {
  const reportFile = join(folder, REPORT_JSON);
  const report = v.safeParse(ReportSchema, readSynthesizedJson(reportFile));
  if (!report.success) throw notAsWritten(reportFile);
  const facts = new Map(report.output.tasks.map((task) => [task.family, task]));
  const definitions = readArtifact(folder).stacks.flatMap(({ name }) =>
    taskDefinitionsIn(readSynthesizedJson(join(folder, pathsOf(name).stackFile))).map((task) => evaluatedTask(task)),
  );
  return new Map(
    definitions.map((definition) => {
      const family = asText(definition.family);
      const { containers = [], changes = [] } = facts.get(nameInReport(family)) ?? {};
      const reasons = new Map(containers.map(({ name, reason }) => [name, reason]));
      const leftOut = (name: string) => reasons.get(nameInReport(name)) ?? undefined;
      return [family, viewOfOutput(definition, leftOut, changes)];
    }),
  );
}
