import type xml from "xml";

import type { Problem } from "../../errors";
import { groupBy } from "../../group-by";
import type { SafeText } from "../../text/safe-text";
import { junitDocument } from "../junit";
import type { ProblemReport } from "./problem-report";

/** A test case for each file, and one for the problems without a file. */
export function asJUnit({ command, files, problems, notices }: ProblemReport): SafeText {
  const groups = groupBy(problems, ({ file }) => file);
  const noticed = groupBy(notices, ({ file }) => file);
  const ofNoFile = groups.get(undefined);
  const cases = [
    ...files.map((file) => testCase(command, file, groups.get(file), noticed.get(file))),
    ...(ofNoFile || files.length === 0 ? [testCase(command, command, ofNoFile)] : []),
  ];
  return junitDocument({ name: command, tests: cases.length, failures: groups.size, skipped: 0 }, cases);
}

function testCase(
  command: string,
  name: string,
  problems: readonly Problem[] | undefined,
  notices: readonly Problem[] = [],
): xml.XmlObject {
  const failure = problems && {
    failure: [{ _attr: { message: messageOf(problems), type: "problem" } }, problems.map(lineOf).join("\n")],
  };
  const output = notices.length > 0 ? [{ "system-out": notices.map(lineOf).join("\n") }] : [];
  return { testcase: [{ _attr: { name, classname: command, file: name } }, ...(failure ? [failure] : []), ...output] };
}

function messageOf([first, ...others]: readonly Problem[]): string {
  return others.length === 0 ? (first?.text ?? "") : `${others.length + 1} problems, the first: ${first?.text}`;
}

function lineOf({ line, column, text }: Problem): string {
  return line === undefined ? text : `${line}:${column ?? 1} ${text}`;
}
