import { asText, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { elementsOf, isEqual } from "../protection/compare";
import { sortedSet } from "../sorted-set";
import { expressionsIn } from "../stack/terraform-text";

/** How a block of a plan's configuration differs from the one in cdk.tf.json, by the names of its arguments. */
type ArgumentDifferences = { readonly added: readonly string[]; readonly changed: readonly string[] };

/** Returns a block's arguments in cdk.tf.json, without those that the plan keeps elsewhere or not at all. */
export function writtenArguments(block: JsonObject): JsonObject {
  const { "//": _notes, depends_on: _dependencies, lifecycle: _lifecycle, ...written } = block;
  return written;
}

/**
 * Compares expressions with what is written. A plan has every argument: for JSON files its text as `constant_value`, and
 * the `references` in it.
 */
export function compareArguments(expressions: JsonObject, block: JsonObject): ArgumentDifferences {
  const written = writtenArguments(block);
  return {
    added: Object.keys(expressions).filter((name) => !Object.hasOwn(written, name)),
    changed: Object.keys(written).filter((name) => !isWritten(expressions[name], written[name])),
  };
}

/** Whether an expression, or a list of blocks, equals what is written. */
export function isWritten(expression: JsonValue | undefined, written: JsonValue | undefined): boolean {
  if (isJsonArray(expression)) {
    const blocks = elementsOf(written);
    return expression.length === blocks.length && expression.every((block, index) => isSameBlock(block, blocks[index]));
  }
  if (!isJsonObject(expression) || written === undefined) return false;
  // In HCL the same text may be a literal: only the references show the difference.
  const references = elementsOf(expression.references).map(asText);
  return (
    isEqual(expression.constant_value, written) && isEqual(sortedSet(references), sortedSet(referencesIn(written)))
  );
}

function isSameBlock(expressions: JsonValue, written: JsonValue | undefined): boolean {
  if (!isJsonObject(expressions) || !isJsonObject(written)) return false;
  const { added, changed } = compareArguments(expressions, written);
  return added.length + changed.length === 0;
}

/** Lists references as Terraform does: `aws_iam_role.role.arn` together with `aws_iam_role.role`. */
function referencesIn(written: JsonValue): readonly string[] {
  return expressionsIn(written).flatMap((expression) => {
    const steps = expression.split(".");
    return steps.slice(1).map((_, index) => steps.slice(0, index + 2).join("."));
  });
}
