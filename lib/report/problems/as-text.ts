import type { Problem } from "../../errors";
import { join, layOut, type SafeText, text } from "../../text/safe-text";
import { wrap, wrapBeside } from "../../text/wrap";
import type { Style } from "../style";
import { byFile, countOf, type Findings } from "./findings";

/** For people: what belongs to no file first, then file by file, and the numbers at the end. */
export function asText(findings: Findings, style: Style): SafeText {
  const { problems, notices } = findings;
  const { red, yellow } = style.paint;
  const notice = (sentence: SafeText) => join([yellow(text`Notice:`), sentence], " ");
  return lines([
    ...blocksOf(problems, style, red),
    ...blocksOf(notices, style, notice),
    ...closing(findings).flatMap((sentence) => wrap(sentence, style.columns)),
  ]);
}

type Paint = (sentence: SafeText) => SafeText;

function blocksOf(remarks: readonly Problem[], style: Style, paint: Paint): readonly SafeText[] {
  return [...byFile(remarks)].flatMap(([file, ofFile]) => {
    if (file === undefined) return ofFile.flatMap((remark) => wrap(paint(remark.text), style.columns));
    return [style.paint.bold(file), ...ofFile.flatMap((remark) => lineOf(remark, style, paint)), text``];
  });
}

// Room for `1234:56`, so that most sentences begin in one column.
const PLACE = 9;

function lineOf({ line, column, text: sentence }: Problem, style: Style, paint: Paint): readonly SafeText[] {
  if (line === undefined) return wrapBeside(text`  `, paint(sentence), 2, style.columns);
  const place = layOut(text`${line}:${column ?? 1}`, (number) => `  ${number}`.padEnd(PLACE));
  return wrapBeside(join([style.paint.dim(place), text`  `], ""), paint(sentence), place.length + 2, style.columns);
}

function closing(findings: Findings): readonly SafeText[] {
  const { problems, afterFailure } = findings;
  const counted = countOf(findings) ?? (problems.length > 1 ? text`${problems.length} problems` : undefined);
  if (counted === undefined) return [];
  return [afterFailure === undefined ? text`${counted}.` : text`${counted}. ${afterFailure}`];
}

function lines(all: readonly SafeText[]): SafeText {
  return join([...all, text``], "\n");
}
