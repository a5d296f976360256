import xml from "xml";

import { type SafeText, wholeText } from "../text/safe-text";

/** How many test cases there are, and how they ended. */
type JUnitCounts = {
  readonly name: string;
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
};

/** JUnit's XML, as pipelines publish it. */
export function junitDocument(
  { name, tests, failures, skipped }: JUnitCounts,
  cases: readonly xml.XmlObject[],
): SafeText {
  const _attr = { name, tests, failures, errors: 0, skipped };
  const suite = { testsuite: [{ _attr }, ...cases] };
  return wholeText(`${xml([{ testsuites: [{ _attr }, suite] }], { declaration: true, indent: "  " })}\n`);
}
