import { SHOWN } from "../counted";
import { type SafeText, text } from "../text/safe-text";
import type { Path } from "./json-path";

/** A check's result: a problem stops the run, a notice doesn't. */
export type Finding = {
  readonly kind: "problem" | "notice";
  /** The path in the task definition; empty for the whole of it. */
  readonly path: Path;
  /** Makes the sentence, without the path, only when it is shown: a file may have tens of thousands of findings. */
  readonly text: () => SafeText;
};

/** A check yields its findings; a step yields them and returns the value it made. */
export type Step<T = void> = Generator<Finding, T, void>;

/** A value in a sentence, or a function that makes it when the sentence is shown. */
type Value = string | number | (() => SafeText);

function finding(kind: Finding["kind"], path: Path) {
  return (sentence: TemplateStringsArray, ...values: readonly Value[]): Finding => {
    const made = () => values.map((value) => (typeof value === "function" ? value() : value));
    return { kind, path, text: () => text(sentence, ...made()) };
  };
}

/** Makes a problem of the sentence behind it: problem(path)`is required.` */
export const problem = (path: Path) => finding("problem", path);

export const notice = (path: Path) => finding("notice", path);

/** Findings of one kind: the first ones, and the number of the others. */
export type Findings = { readonly shown: readonly Finding[]; readonly others: number };

/** Runs a step to its end. */
export function collect<T>(step: Step<T>): {
  readonly value: T;
  readonly problems: Findings;
  readonly notices: Findings;
} {
  const found = { problem: { shown: [] as Finding[], others: 0 }, notice: { shown: [] as Finding[], others: 0 } };
  for (;;) {
    const next = step.next();
    if (next.done) return { value: next.value, problems: found.problem, notices: found.notice };
    const list = found[next.value.kind];
    if (list.shown.length < SHOWN) list.shown.push(next.value);
    else list.others += 1;
  }
}
