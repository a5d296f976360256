import type { JsonObject } from "../json";
import { notice, problem, quoted, type Step } from "./finding";
import { pathText, walk } from "./json-path";

const TEMPLATE = /\{\{\s*[^{}.\s][^{}]*\}\}|(?<!\?)<[A-Za-z][\w .:-]*>|\baws_account_id\b|(?<=:)region(?=:)|X{12}/g;
// In log options variables are the log router's own language.
const TEMPLATE_OR_VARIABLE = new RegExp(`${TEMPLATE.source}|\\$\\{[^}]*\\}|\\$\\([^)]*\\)`, "g");

const MATTERS = [
  /^(family|executionRoleArn|taskRoleArn|proxyConfiguration\.containerName)$/,
  /^runtimeDefense\.(defenderImage|entryPoint\.registryCredentialId)$/,
  /^volumes\.\d+\.(name|.*\.(fileSystemId|accessPointId|credentialsParameter))$/,
  /^containerDefinitions\.\d+\.(name|image|repositoryCredentials\.credentialsParameter)$/,
  /^containerDefinitions\.\d+\.(secrets|logConfiguration\.secretOptions|environmentFiles)\.\d+\.value(From)?$/,
];
const LOG_OPTION =
  /^containerDefinitions\.\d+\.(log|firelens)Configuration\.options\.(?!awslogs-(multiline-pattern|datetime-format)$)/;

/**
 * Placeholders that some template engine should have filled in. Returns the paths at which they are a
 * problem, so that nobody says a second time what is wrong there.
 */
export function* checkPlaceholders(task: JsonObject): Step<ReadonlySet<string>> {
  const reported = new Set<string>();
  for (const { path, value } of walk(task)) {
    if (typeof value !== "string") continue;
    const place = path.join(".");
    const isLogOption = LOG_OPTION.test(place);
    const found = new Set(value.match(isLogOption ? TEMPLATE : TEMPLATE_OR_VARIABLE));
    if (found.size === 0) continue;
    const list = [...found].map(quoted).join(", ");
    if (isLogOption || MATTERS.some((pattern) => pattern.test(place))) {
      reported.add(place);
      yield problem(`${pathText(task, path)}: has the placeholder ${list}. Write the value in its place.`);
    } else if (found.has(value.trim())) {
      yield notice(`${pathText(task, path)} is a placeholder, ${list}: it goes to ECS as it stands.`);
    }
  }
  return reported;
}
