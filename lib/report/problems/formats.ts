import type { SafeText } from "../../text/safe-text";
import type { Style } from "../style";
import { asAzureCommands, asGitHubCommands } from "./as-annotations";
import { asJson } from "./as-json";
import { asText } from "./as-text";
import type { Findings } from "./findings";

export const PROBLEM_FORMATS = ["text", "github", "azure", "junit", "json"] as const;

export type ProblemFormat = (typeof PROBLEM_FORMATS)[number];

export function isProblemFormat(name: string | undefined): name is ProblemFormat {
  return PROBLEM_FORMATS.some((format) => format === name);
}

/** What to print; commands for a pipeline have to be printed as such. */
export type Printable = { readonly text: SafeText } | { readonly pipelineCommands: string };

export async function formatFindings(findings: Findings, format: ProblemFormat, style: Style): Promise<Printable> {
  switch (format) {
    case "text":
      return { text: asText(findings, style) };
    case "github":
      return { pipelineCommands: asGitHubCommands(findings) };
    case "azure":
      return { pipelineCommands: asAzureCommands(findings) };
    case "junit":
      // Loaded by those alone who want it.
      return { text: (await import("./as-junit")).asJUnit(findings) };
    case "json":
      return { text: asJson(findings) };
  }
}
