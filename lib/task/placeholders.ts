import type { JsonObject } from "../json";
import { notice, problem, quoted, type Step } from "./finding";
import { show, walk } from "./json-path";

const TEMPLATE = /\{\{\s*[^{}.\s][^{}]*\}\}|(?<!\?)<[A-Za-z][\w .:-]*>|\baws_account_id\b|(?<=:)region(?=:)|X{12}/g;
// In log options these two are the log router's own language.
const VARIABLE = /\$\{[^}]*\}|\$\([^)]*\)/g;

const MATTERS = new RegExp(
  [
    /^(family|executionRoleArn|taskRoleArn|proxyConfiguration\.containerName)$/,
    /^runtimeDefense\.(defenderImage|entryPoint\.registryCredentialId)$/,
    /^volumes\.\d+\.(name|.*\.(fileSystemId|accessPointId|credentialsParameter))$/,
    /^containerDefinitions\.\d+\.(name|image|repositoryCredentials\.credentialsParameter)$/,
    /^containerDefinitions\.\d+\.(secrets|logConfiguration\.secretOptions|environmentFiles)\.\d+\.value(From)?$/,
  ]
    .map(({ source }) => source)
    .join("|"),
);
const LOG_OPTION =
  /^containerDefinitions\.\d+\.(logConfiguration|firelensConfiguration)\.options\.(?!awslogs-(multiline-pattern|datetime-format)$)/;

/**
 * Placeholders that some template engine should have filled in. Returns the paths at which they are a
 * problem, so that nobody says a second time what is wrong there.
 */
export function* checkPlaceholders(task: JsonObject): Step<ReadonlySet<string>> {
  const reported = new Set<string>();
  for (const { path, value } of walk(task)) {
    if (typeof value !== "string") continue;
    const place = path.join(".");
    const templates = value.match(TEMPLATE) ?? [];
    const isLogOption = LOG_OPTION.test(place);
    const found = [...templates, ...((isLogOption ? null : value.match(VARIABLE)) ?? [])];
    const [first] = found;
    if (first === undefined) continue;
    if (MATTERS.test(place) || isLogOption) {
      reported.add(place);
      const list = [...new Set(found)].map(quoted).join(", ");
      yield problem(`${show(task, path)}: has the placeholder ${list}. Write the value in its place.`);
    } else if (first === value.trim()) {
      yield notice(`${show(task, path)} is a placeholder, ${quoted(first)}: it goes to ECS as it stands.`);
    }
  }
  return reported;
}
