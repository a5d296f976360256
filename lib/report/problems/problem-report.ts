import type { Problem } from "../../errors";
import { type SafeText, text } from "../../text/safe-text";

/** The problems and notices that a command has found, whatever format they are shown in. */
export type ProblemReport = {
  readonly command: string;
  /** Every file that was checked, as far as known; those of the problems are among them. */
  readonly files: readonly SafeText[];
  readonly problems: readonly Problem[];
  readonly notices: readonly Problem[];
  /** The containers of the files without problems, when the command counts them. */
  readonly containers?: ContainerCount;
  /** Sentences that end the last line when there are problems: `Nothing was synthesized.` */
  readonly afterFailure?: string;
};

export type ContainerCount = {
  readonly all: number;
  /** Left out of protection by their files. */
  readonly leftOut: number;
  /** Containers whose entry point isn't known yet: the Console or a look-up finds it. Not counted as protected. */
  readonly open: number;
};

export function filesWithProblems({ problems }: ProblemReport): number {
  return new Set(problems.flatMap(({ file }) => file ?? [])).size;
}

/** `5 of 30 files have problems`; undefined when no problem names a file. */
export function countOf(report: ProblemReport): SafeText | undefined {
  const { files } = report;
  const bad = filesWithProblems(report);
  if (bad === 0) return undefined;
  return text`${bad} of ${files.length} ${files.length === 1 ? "file" : "files"} ${bad === 1 ? "has" : "have"} problems`;
}
