import { type SafeText, wholeText } from "../../text/safe-text";
import { filesWithProblems, type ProblemReport } from "./problem-report";

/** JSON for programs, described by docs/problems.schema.json. */
export function asJson(report: ProblemReport): SafeText {
  const { command, files, problems, notices, containers } = report;
  const summary = {
    files: files.length,
    filesWithProblems: filesWithProblems(report),
    problems: problems.length,
    containers,
  };
  return wholeText(`${JSON.stringify({ command, summary, problems, notices }, null, 2)}\n`);
}
