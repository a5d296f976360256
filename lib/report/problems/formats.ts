import type { SafeText } from "../../text/safe-text";
import type { Style } from "../style";
import type { ProblemReport } from "./problem-report";

export const PROBLEM_FORMATS = ["text", "github", "azure", "junit", "json"] as const;

export type ProblemFormat = (typeof PROBLEM_FORMATS)[number];

export function isProblemFormat(name: string | undefined): name is ProblemFormat {
  return PROBLEM_FORMATS.some((format) => format === name);
}

/** The output: a text, or commands for a pipeline, which are printed by another function. */
type Printable = { readonly text: SafeText } | { readonly pipelineCommands: string };

/** Formats the report. Loads only the format that is asked for. */
export async function formatProblems(report: ProblemReport, format: ProblemFormat, style: Style): Promise<Printable> {
  switch (format) {
    case "text":
      return { text: (await import("./as-text")).asText(report, style) };
    case "github":
      return { pipelineCommands: (await import("./as-annotations")).asGitHubCommands(report) };
    case "azure":
      return { pipelineCommands: (await import("./as-annotations")).asAzureCommands(report) };
    case "junit":
      return { text: (await import("./as-junit")).asJUnit(report) };
    case "json":
      return { text: (await import("./as-json")).asJson(report) };
  }
}
