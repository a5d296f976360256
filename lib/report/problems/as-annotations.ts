import type { Problem } from "../../errors";
import { countOf, type Findings } from "./findings";

// The texts in these have been through the one door already, so no command can be in them but ours.

/** GitHub's workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function asGitHubCommands(findings: Findings): string {
  return lines(findings, (kind, { file, line, column, text }) => {
    const properties = [
      ...(file === undefined ? [] : [`file=${githubProperty(file)}`]),
      ...(line === undefined ? [] : [`line=${line}`]),
      ...(column === undefined ? [] : [`col=${column}`]),
    ].join(",");
    return `::${kind === "problem" ? "error" : "notice"}${properties === "" ? "" : ` ${properties}`}::${githubData(text)}`;
  });
}

/** Azure's logging commands: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands */
export function asAzureCommands(findings: Findings): string {
  return lines(findings, (kind, { file, line, column, text }) => {
    const properties = [
      `type=${kind === "problem" ? "error" : "warning"}`,
      ...(file === undefined ? [] : [`sourcepath=${azureProperty(file)}`]),
      ...(line === undefined ? [] : [`linenumber=${line}`]),
      ...(column === undefined ? [] : [`columnnumber=${column}`]),
    ].join(";");
    return `##vso[task.logissue ${properties}]${azureData(text)}`;
  });
}

function lines(findings: Findings, command: (kind: "problem" | "notice", remark: Problem) => string): string {
  const all = [
    ...findings.problems.map((remark) => command("problem", remark)),
    ...findings.notices.map((remark) => command("notice", remark)),
    `${countOf(findings) ?? `${findings.problems.length} ${findings.problems.length === 1 ? "problem" : "problems"}`}.`,
  ];
  return all.map((line) => `${line}\n`).join("");
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
