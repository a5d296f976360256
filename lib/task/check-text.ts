import type { JsonValue } from "../json";
import { type SafeText, text } from "../text/safe-text";
import { changeByTerraform } from "../text/terraform-changes";
import { problem, type Step } from "./finding";
import { joinedPath, type Path, walk } from "./json-path";

// Keys of maps in Terraform's state, in which the AWS provider loses a key that begins with %.
const LOST_KEY =
  /^(taskDefinition\.|containerDefinitions\.\d+\.)*(tags\.\d+\.key|proxyConfiguration\.properties\.\d+\.name|volumes\.\d+\.dockerVolumeConfiguration\.(driverOpts|labels))\.%/i;

/** Reports everything in the document that something on the way would silently change or drop. */
export function* checkText(document: JsonValue): Step {
  for (const [path, value] of walk(document)) {
    const reason = whyNot(path, value);
    if (reason) yield problem(path)`${reason}`;
  }
}

function whyNot(path: Path, value: JsonValue): SafeText | undefined {
  const key = path.at(-1);
  if (typeof key === "number" && value === null) return NULL_IN_LIST;
  if (typeof key === "string" && (key in Object.prototype || key === "prototype")) {
    return text`a key named ${key} would be lost on the way. Rename it.`;
  }
  if (typeof value === "string" && isLost([...path, value])) return LOST;
  for (const part of [key, value]) {
    if (typeof part !== "string") continue;
    const change = changeByTerraform(part);
    if (change) return change;
  }
  return undefined;
}

// Looks for a % first: joining the path takes time with each text.
function isLost(path: Path): boolean {
  return path.some((key) => typeof key === "string" && key.includes("%")) && LOST_KEY.test(joinedPath(path));
}

const NULL_IN_LIST = text`null in a list. Remove it.`;
const LOST = text`begins with %, and the AWS provider would drop it. Rename it.`;
