import type { ProblemReport } from "../../../lib/report/problems/problem-report";
import { quote, text } from "../../../lib/text/safe-text";

export const WEB = text`tasks/web, [1];x:y.json`;
const API = text`tasks/api.json`;

/** Two of three files with problems, a notice, and a problem of no file; the texts hold what formats have to escape. */
export const EXAMPLE: ProblemReport = {
  command: "check",
  files: [WEB, API, text`tasks/good.json`],
  problems: [
    { text: text`RUNTIME_DEFENSE_DEFAULTS is not JSON.` },
    {
      file: WEB,
      line: 12,
      column: 7,
      text: text`containerDefinitions[web].image: 100 %0A of <it> & more; ${quote('a "b"\n::error::c ##vso[task.complete]d')}.`,
    },
    { file: WEB, line: 3, column: 1, text: text`family: is required.` },
    { file: API, text: text`is empty.` },
  ],
  notices: [{ file: text`tasks/good.json`, line: 2, column: 3, text: text`cpu is set to 256.` }],
  afterFailure: "Nothing was synthesized.",
};

/** A report without files, problems and notices. */
export const NOTHING: ProblemReport = { command: "check", files: [], problems: [], notices: [] };
