import type { JsonObject } from "../json";
import { notice, problem, quoted, type Step } from "./finding";
import { show, walk } from "./json-path";

const TEMPLATE = /\{\{\s*[^{}.\s][^{}]*\}\}|(?<!\?)<[A-Za-z][\w .:-]*>|\baws_account_id\b|(?<=:)region(?=:)|X{12}/;
// In log options these two are the log router's own language.
const VARIABLE = /\$\{[^}]*\}|\$\([^)]*\)/;

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
    const [template] = TEMPLATE.exec(value) ?? [];
    const [variable] = VARIABLE.exec(value) ?? [];
    const found = template ?? variable;
    if (found === undefined) continue;
    if (MATTERS.test(place) || (template && LOG_OPTION.test(place))) {
      reported.add(place);
      yield problem(`${show(task, path)}: has the placeholder ${quoted(found)}. Write the value in its place.`);
    } else if (found === value.trim()) {
      yield notice(`${show(task, path)} is a placeholder, ${quoted(found)}: it goes to ECS as it stands.`);
    }
  }
  return reported;
}
