import { type SafeText, wholeText } from "../../text/safe-text";
import type { Findings } from "./findings";

/** JSON for programs, described by docs/problems.schema.json. */
export function asJson({ command, files, problems, notices, containers }: Findings): SafeText {
  const withProblems = new Set(problems.flatMap(({ file }) => file ?? [])).size;
  const summary = { files: files.length, filesWithProblems: withProblems, problems: problems.length, containers };
  return wholeText(`${JSON.stringify({ command, summary, problems, notices }, null, 2)}\n`);
}
