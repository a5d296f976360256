import { counted } from "../../counted";
import { defined } from "../../defined";
import type { Problem } from "../../errors";
import { countOf, type ProblemReport } from "./problem-report";

// The texts are SafeText already, so they can't contain a command.

/** GitHub's workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function asGitHubCommands(report: ProblemReport): string {
  return lines(report, (kind, { file, line, column, text }) => {
    const properties = listed({ file: file && githubProperty(file), line, col: column }, ",");
    return `::${kind === "problem" ? "error" : "notice"}${properties === "" ? "" : ` ${properties}`}::${githubData(text)}`;
  });
}

/** Azure's logging commands: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands */
export function asAzureCommands(report: ProblemReport): string {
  return lines(report, (kind, { file, line, column, text }) => {
    const type = kind === "problem" ? "error" : "warning";
    const place = { sourcepath: file && azureProperty(file), linenumber: line, columnnumber: column };
    return `##vso[task.logissue ${listed({ type, ...place }, ";")}]${azureData(text)}`;
  });
}

function lines(report: ProblemReport, command: (kind: "problem" | "notice", remark: Problem) => string): string {
  const all = [
    ...report.problems.map((remark) => command("problem", remark)),
    ...report.notices.map((remark) => command("notice", remark)),
    `${countOf(report) ?? counted(report.problems.length, "problem")}.`,
  ];
  return all.map((line) => `${line}\n`).join("");
}

function listed(properties: Readonly<Record<string, string | number | undefined>>, separator: string): string {
  const given = Object.entries(defined(properties));
  return given.map(([name, value]) => `${name}=${value}`).join(separator);
}

function githubData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function githubProperty(text: string): string {
  return githubData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function azureData(text: string): string {
  return text.replaceAll("%", "%AZP25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function azureProperty(text: string): string {
  return azureData(text).replaceAll(";", "%3B").replaceAll("]", "%5D");
}
