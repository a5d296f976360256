import type { JsonObject } from "../json";
import { join, quote } from "../text/safe-text";
import { notice, problem, type Step } from "./finding";
import { joinedPath, walk } from "./json-path";

const ANY = /\{\{\s*[^{}.\s][^{}]*\}\}|(?<!\?)<[A-Za-z][\w .:-]*>|X{12}/;
// AWS' own placeholder words. Elsewhere, such as in a secret's JSON key, they can be real names.
const IN_ARN = /(?<=\barn:[^:\s]*:[^:\s]*:)region(?=:)|(?<=\barn:[^:\s]*:[^:\s]*:[^:\s]*:)aws_account_id(?=:)/;
const IN_IMAGE = /\baws_account_id(?=\.dkr\b)/;
const TEMPLATE = [ANY, IN_ARN, IN_IMAGE].map(({ source }) => source).join("|");
// Not for log options: in these, variables are the log router's own syntax.
// The match stops at the next variable: otherwise each unclosed one would be read to the end of the text.
const VARIABLE = /\$\{(?:(?!\$\{)[^}])*\}|\$\((?:(?!\$\()[^)])*\)/;
const TEMPLATE_OR_VARIABLE = new RegExp(`${TEMPLATE}|${VARIABLE.source}`, "g");
// In these log options a single brace can only be a placeholder, except for a log router's variable.
const TEMPLATE_OR_BRACES = new RegExp(`${TEMPLATE}|(?<![{$\\\\])\\{[A-Za-z_][\\w-]*\\}(?!\\})`, "g");

const MATTERS = [
  /^(family|executionRoleArn|taskRoleArn|proxyConfiguration\.containerName)$/,
  /^runtimeDefense\.(defenderImage|entryPoint\.registryCredentialId)$/,
  /^volumes\.\d+\.(name|.*\.(fileSystemId|accessPointId|credentialsParameter))$/,
  /^containerDefinitions\.\d+\.(name|image|repositoryCredentials\.credentialsParameter)$/,
  /^containerDefinitions\.\d+\.(secrets|logConfiguration\.secretOptions|environmentFiles)\.\d+\.value(From)?$/,
];
const IMAGE = /^containerDefinitions\.\d+\.image$/;
const LOG_OPTION =
  /^containerDefinitions\.\d+\.(log|firelens)Configuration\.options\.(?!(awslogs-(multiline-pattern|datetime-format)|[Tt]emplate)$)/;

/**
 * Finds placeholders that a template engine should have replaced. Returns the paths, joined by dots, where they are a
 * problem, so that later checks don't report these again.
 */
export function* checkPlaceholders(task: JsonObject): Step<ReadonlySet<string>> {
  const reported = new Set<string>();
  for (const [path, value] of walk(task)) {
    if (typeof value !== "string") continue;
    const place = joinedPath(path);
    const isLogOption = LOG_OPTION.test(place);
    const found = new Set(value.match(isLogOption ? TEMPLATE_OR_BRACES : TEMPLATE_OR_VARIABLE));
    if (found.size === 0) continue;
    const list = () => join([...found].map((placeholder) => quote(placeholder)));
    if (isLogOption || MATTERS.some((pattern) => pattern.test(place))) {
      reported.add(place);
      const orName = IMAGE.test(place) ? ", or name the image in CONTAINER_IMAGES" : "";
      yield problem(path)`has the placeholder ${list}. Replace it with the value${orName}.`;
    } else if (found.has(value.trim())) {
      // Without the text: a default in it, as in ${DB_PASSWORD:-…}, may be a credential.
      yield notice(path)`looks like a placeholder. It is sent to ECS unchanged.`;
    }
  }
  return reported;
}
