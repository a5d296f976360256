import { ExpectedError, OutputError, type Problem, ProofError } from "../errors";
import { formatProblems, isProblemFormat, type ProblemFormat } from "../report/problems/formats";
import type { ProblemReport } from "../report/problems/problem-report";
import { styleOf } from "../report/style";
import type { Environment } from "../settings/environment";
import { print, printPipelineCommandsOnPurpose, type Terminal } from "../text/print";
import { join, text } from "../text/safe-text";
import type { Command, Invocation } from "./command";

type Failed = {
  /** undefined when there is no such command. */
  readonly command: Command | undefined;
  readonly args: readonly string[];
};

/** Prints why a command has failed, in the format that its arguments ask for. */
export async function printFailure(error: unknown, failed: Failed, invocation: Invocation): Promise<void> {
  const { command, args } = failed;
  const { stdout, stderr, environment } = invocation;
  const problems = problemsOf(error);
  const closing = [command?.afterFailure ?? "", isAboutAnswers(error) ? LOOK_UP : ""].filter(Boolean).join(" ");
  const report = {
    command: command?.name ?? "",
    files: error instanceof ExpectedError ? error.files : [],
    problems,
    notices: [],
    ...(closing && { afterFailure: closing }),
  };
  const format = formatIn(args);
  const isOutput = command?.printsProblems && format !== "text" && !(error instanceof OutputError);
  await printProblems(report, format, isOutput ? stdout : stderr, environment);
  if (environment.DEBUG !== "1" || !(error instanceof Error)) return;
  const frames = (error.stack ?? "").split("\n").map((frame) => text`  ${frame}\n`);
  await print(stderr, join(frames, ""));
}

// Each kind of deviation has its own remedy there.
const LOOK_UP = "Look up what to do in docs/task-definitions.md.";

/** Whether the Console's answers for task definition files are not proven. Other failed proofs name no file, but a remedy. */
function isAboutAnswers(error: unknown): boolean {
  return error instanceof ProofError && error.problems.some(({ file }) => file !== undefined);
}

export async function printProblems(
  report: ProblemReport,
  format: ProblemFormat,
  stream: Terminal,
  environment: Environment,
): Promise<void> {
  const printable = await formatProblems(report, format, styleOf(stream, environment));
  if ("text" in printable) await print(stream, printable.text);
  else await printPipelineCommandsOnPurpose(stream, printable.pipelineCommands);
}

/** The format that the arguments name, even if they are otherwise invalid. */
function formatIn(args: readonly string[]): ProblemFormat {
  const named = args.map((arg, index) => (arg === "--format" ? args[index + 1] : /^--format=(.*)$/.exec(arg)?.[1]));
  return named.find(isProblemFormat) ?? "text";
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ExpectedError) return error.problems;
  const message = error instanceof Error ? error.message : String(error);
  return [{ text: text`This is a defect: ${message} (DEBUG=1 shows where; please report it)` }];
}
