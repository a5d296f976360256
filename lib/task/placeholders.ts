import type { JsonObject } from "../json";
import { join, quote, text } from "../text/safe-text";
import { notice, problem, type Step } from "./finding";
import { walk } from "./json-path";

const ANY = /\{\{\s*[^{}.\s][^{}]*\}\}|(?<!\?)<[A-Za-z][\w .:-]*>|X{12}/;
// AWS' own words for them. Elsewhere, such as in the name of a secret's JSON key, they are names like others.
const IN_ARN = /(?<=\barn:[^:\s]*:[^:\s]*:)region(?=:)|(?<=\barn:[^:\s]*:[^:\s]*:[^:\s]*:)aws_account_id(?=:)/;
const IN_IMAGE = /\baws_account_id(?=\.dkr\b)/;
const TEMPLATE = new RegExp([ANY, IN_ARN, IN_IMAGE].map(({ source }) => source).join("|"), "g");
// In log options variables are the log router's own language.
const TEMPLATE_OR_VARIABLE = new RegExp(`${TEMPLATE.source}|\\$\\{[^}]*\\}|\\$\\([^)]*\\)`, "g");
// And there a single brace means nothing else, but for a router's variable.
const TEMPLATE_OR_BRACES = new RegExp(`${TEMPLATE.source}|(?<![{$\\\\])\\{[A-Za-z_][\\w-]*\\}(?!\\})`, "g");

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
 * Placeholders that some template engine should have filled in. Returns the places at which they are a
 * problem, joined by dots, so that nobody says a second time what is wrong there.
 */
export function* checkPlaceholders(task: JsonObject): Step<ReadonlySet<string>> {
  const reported = new Set<string>();
  for (const { path, value } of walk(task)) {
    if (typeof value !== "string") continue;
    const place = path.join(".");
    const isLogOption = LOG_OPTION.test(place);
    const found = new Set(value.match(isLogOption ? TEMPLATE_OR_BRACES : TEMPLATE_OR_VARIABLE));
    if (found.size === 0) continue;
    const list = () => join([...found].map((placeholder) => quote(placeholder)));
    if (isLogOption || MATTERS.some((pattern) => pattern.test(place))) {
      reported.add(place);
      yield problem(path, () => text`has the placeholder ${list()}. Replace it with the value.`);
    } else if (found.has(value.trim())) {
      yield notice(path, () => text`looks like a placeholder, ${list()}. It goes to ECS as it is.`);
    }
  }
  return reported;
}
