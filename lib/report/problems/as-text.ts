import type { Problem } from "../../errors";
import { groupBy } from "../../group-by";
import { join, layOut, type SafeText, text } from "../../text/safe-text";
import { wrap, wrapBeside } from "../../text/wrap";
import type { Style } from "../style";
import { type ContainerCount, countOf, type ProblemReport } from "./problem-report";

/** For people: first the problems without a file, then file by file, and the numbers at the end. */
export function asText(report: ProblemReport, style: Style): SafeText {
  const { files, problems, notices } = report;
  const { red, yellow } = style.paint;
  const isShort = files.length <= FEW_FILES;
  const notice = (sentence: SafeText) => join([yellow(text`Notice:`), sentence], " ");
  const lines = [
    ...blocksOf(problems, style, red),
    ...(isShort ? blocksOf(notices, style, notice) : []),
    ...closing(report).flatMap((sentence) => wrap(sentence, style.columns)),
  ];
  return join([...lines, text``], "\n");
}

// With more files, the notices would bury the problems.
const FEW_FILES = 10;

type Paint = (sentence: SafeText) => SafeText;

function blocksOf(problems: readonly Problem[], style: Style, paint: Paint): readonly SafeText[] {
  return [...groupBy(problems, ({ file }) => file)].flatMap(([file, ofFile]) => {
    if (file === undefined) return ofFile.flatMap((remark) => wrap(paint(remark.text), style.columns));
    const inOrder = ofFile.toSorted((one, other) => (one.line ?? Number.MAX_VALUE) - (other.line ?? Number.MAX_VALUE));
    return [style.paint.bold(file), ...inOrder.flatMap((remark) => lineOf(remark, style, paint)), text``];
  });
}

// Room for `1234:56`, so that most sentences begin in one column.
const PLACE = 9;

function lineOf({ line, column, text: sentence }: Problem, style: Style, paint: Paint): readonly SafeText[] {
  if (line === undefined) return wrapBeside(text`  `, paint(sentence), 2, style.columns);
  const place = layOut(text`${line}:${column ?? 1}`, (number) => `  ${number}`.padEnd(PLACE));
  return wrapBeside(join([style.paint.dim(place), text`  `], ""), paint(sentence), place.length + 2, style.columns);
}

function closing(report: ProblemReport): readonly SafeText[] {
  const { files, problems, notices, containers, afterFailure } = report;
  const counted = countOf(report) ?? (problems.length > 1 ? text`${problems.length} problems` : undefined);
  const ended = afterFailure === undefined || problems.length === 0 ? [] : [text`${afterFailure}`];
  return [
    ...(notices.length > 0 && files.length > FEW_FILES
      ? [text`Notices not shown: ${notices.length}. --format json has them.`]
      : []),
    ...(containers && containers.all > 0 ? [containersLine(containers, problems.length > 0)] : []),
    ...(counted === undefined ? [] : [join([text`${counted}.`, ...ended], " ")]),
    ...(problems.length === 0 && files.length > 0
      ? [text`${files.length} ${files.length === 1 ? "file has" : "files have"} no problem.`]
      : []),
  ];
}

function containersLine({ all, leftOut, open }: ContainerCount, isPartial: boolean): SafeText {
  const parts = [
    text`${all - leftOut - open} to be protected`,
    ...(leftOut > 0 ? [text`${leftOut} left out`] : []),
    ...(open > 0 ? [text`${open} whose entry point is still to be found`] : []),
  ];
  const where = isPartial ? text`Containers of the other files: ` : text`Containers: `;
  return join([where, join(parts), text`.`], "");
}
