import { type SafeText, text } from "../../text/safe-text";

/** What a command has found, in whatever form it is shown. */
export type Findings = {
  readonly command: string;
  /** Every file that was looked at, as far as that is known; those of the problems are among them. */
  readonly files: readonly SafeText[];
  readonly problems: readonly Remark[];
  readonly notices: readonly Remark[];
  /** What the last line adds when there are problems: `Nothing was synthesized.` */
  readonly afterFailure?: string;
};

/** A sentence, and where it belongs as far as that is known. Line and column count from 1. */
export type Remark = {
  readonly file?: SafeText;
  readonly line?: number;
  readonly column?: number;
  readonly text: SafeText;
};

/** The remarks by file, in order; those of no file under undefined. */
export function byFile(remarks: readonly Remark[]): ReadonlyMap<SafeText | undefined, readonly Remark[]> {
  const groups = new Map<SafeText | undefined, readonly Remark[]>();
  for (const remark of remarks) groups.set(remark.file, [...(groups.get(remark.file) ?? []), remark]);
  return groups;
}

/** `5 of 30 files have problems`; undefined when no file is known. */
export function countOf({ files, problems }: Findings): SafeText | undefined {
  const bad = new Set(problems.flatMap(({ file }) => file ?? [])).size;
  if (bad === 0) return undefined;
  return text`${bad} of ${files.length} ${files.length === 1 ? "file" : "files"} ${bad === 1 ? "has" : "have"} problems`;
}
