import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

import { andMore, SHOWN } from "../counted";
import type { Problem } from "../errors";
import { isJsonObject, type JsonValue, objectOf } from "../json";
import { join, quote, type SafeText, text } from "../text/safe-text";
import type { Findings } from "./finding";
import { formatPath, type Path } from "./json-path";

/** A sentence about a file, and where in it. */
export type Remark = Omit<Problem, "file">;

/** A file's JSON, and where in the file each part of it is. */
type Source = {
  readonly document: JsonValue;
  readonly locate: (path: Path) => Location;
};

/** A place in a file, with its path for people. */
export type Location = Omit<Remark, "text"> & { readonly path: SafeText };

/** Puts the place before the sentence: `containerDefinitions[app].image: is required.` */
export function remarkAt({ path, ...place }: Location, sentence: SafeText): Remark {
  return { text: path ? join([path, sentence], ": ") : sentence, ...place };
}

/** Turns findings into sentences, with the number of those that aren't shown. */
export function remarksOf({ shown, others }: Findings, source: Source, noun: string): readonly Remark[] {
  const remarks = shown.map(({ path, text: sentence }) => remarkAt(source.locate(path), sentence()));
  return withOthers(remarks, others, noun);
}

function withOthers(remarks: readonly Remark[], others: number, noun: string): readonly Remark[] {
  return [...remarks, ...andMore(others, noun).map((sentence) => ({ text: sentence }))];
}

/** The file can't be read as JSON, or the defaults in it are wrong. */
export class UnreadableError extends Error {
  constructor(readonly remarks: readonly Remark[]) {
    super(remarks.map((remark) => remark.text).join("\n"));
  }
}

// A task definition has 8 levels. Without a limit, making paths would take time quadratic in the depth.
const DEEPEST = 100;

/**
 * Parses JSON and refuses a key that is twice in one object: JSON.parse would lose the first.
 *
 * @throws UnreadableError
 */
export function parseSource(content: string): Source {
  const errors: ParseError[] = [];
  const tree = treeOf(content, errors);
  const positionOf = positionFinder(content);
  const [error] = errors;
  if (error) {
    const reason = printParseErrorCode(error.error).replace(/\B[A-Z]/g, " $&");
    const at = positionOf(error.offset);
    throw new UnreadableError([
      { text: text`is not JSON: ${reason.toLowerCase()} at ${at.text}. ${remedyFor(content, error)}`, ...at.place },
    ]);
  }
  const repeated = [...(tree ? repeatedKeys(tree) : [])];
  const remarks = repeated.slice(0, SHOWN).map((key) => {
    const at = positionOf(key.offset);
    const what = text`the key ${quote(String(key.value))} is twice in one object, again at ${at.text}. Remove one.`;
    return { text: what, ...at.place };
  });
  if (remarks.length > 0) throw new UnreadableError(withOthers(remarks, repeated.length - SHOWN, "problem"));
  const document: JsonValue = JSON.parse(content);
  // Within the envelope of describe-task-definition, paths begin at the task.
  const root = isJsonObject(document) ? { ...objectOf(document.taskDefinition), ...document } : document;
  return {
    document,
    locate: (path) => {
      const node = tree && nodeAt(tree, path);
      return { path: formatPath(root, path), ...(node && positionOf(node.offset).place) };
    },
  };
}

// Without quotation marks around it: in {{ NAME }}, the error is at the second brace.
const PLACEHOLDER = /\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*|<[A-Za-z][\w .:-]*>|(?<=\{)\{[^{}]*\}\}/y;

function remedyFor(content: string, { error, offset }: ParseError): string {
  if (/^(<{7}|={7}|>{7})( |\r?$)/m.test(content)) return "It has an unresolved merge conflict. Resolve it.";
  PLACEHOLDER.lastIndex = offset;
  const [placeholder] = PLACEHOLDER.exec(content) ?? [];
  if (placeholder !== undefined) {
    const whole = placeholder.startsWith("{") ? `{${placeholder}` : placeholder;
    return text`There is the placeholder ${quote(whole)}. Replace it with the value.`;
  }
  if (printParseErrorCode(error) === "InvalidCommentToken") return "JSON has no comments. Remove it.";
  if (!/^\s*[[{]/.test(content)) return "JSON begins with {. YAML and Terraform's language aren't read: convert it.";
  if (/[\w']/.test(content.charAt(offset)) && printParseErrorCode(error) === "InvalidSymbol") {
    return "Keys and texts need double quotation marks. Jsonnet isn't read: convert it.";
  }
  if (/,\s*$/.test(content.slice(0, offset)) && /[\]}]/.test(content.charAt(offset))) {
    return "JSON has no comma after the last element. Remove it.";
  }
  return "Correct it there.";
}

function treeOf(content: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(content, errors, { disallowComments: true });
  } catch (error) {
    // JSON that is nested thousands of levels deep overflows the call stack.
    if (error instanceof RangeError) throw new UnreadableError([TOO_DEEP]);
    throw error;
  }
}

function* repeatedKeys(node: Node, depth = 0): Generator<Node> {
  if (depth > DEEPEST) throw new UnreadableError([TOO_DEEP]);
  const keys = new Set<unknown>();
  for (const child of node.children ?? []) {
    const [key, value] = child.type === "property" ? (child.children ?? []) : [undefined, child];
    if (key && keys.has(key.value)) yield key;
    if (key) keys.add(key.value);
    if (value) yield* repeatedKeys(value, depth + 1);
  }
}

const TOO_DEEP: Remark = { text: text`is nested in more than ${DEEPEST} levels.` };

/** Returns the property or list element at the path, or the nearest one around it, up to the whole document. */
function nodeAt(tree: Node, path: Path): Node {
  // The value may be in the envelope of describe-task-definition, or have been moved up from a container.
  const containers = findNodeAtLocation(tree, ["containerDefinitions"])?.children ?? [];
  const places = [path, ["taskDefinition", ...path], ...containers.map((_, i) => ["containerDefinitions", i, ...path])];
  for (const place of places) {
    const found = findNodeAtLocation(tree, [...place]);
    if (found) return found.parent?.type === "property" ? found.parent : found;
  }
  return nodeAt(tree, path.slice(0, -1));
}

function positionFinder(content: string) {
  let starts: readonly number[] | undefined; // of the lines, found on first use: most files need none
  return (offset: number) => {
    starts ??= [0, ...Array.from(content.matchAll(/\n|\r(?!\n)/g), ({ index }) => index + 1)];
    const line = starts.findLastIndex((start) => start <= offset);
    const place = { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
    return { place, text: `line ${place.line}, column ${place.column}` };
  };
}
