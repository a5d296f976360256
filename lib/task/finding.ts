import type { SafeText } from "../text/safe-text";
import type { Path } from "./json-path";

/** A check's result: a problem stops the run, a notice doesn't. */
type Finding = {
  readonly kind: "problem" | "notice";
  /** The path in the task definition; empty for the whole of it. */
  readonly path: Path;
  /** Makes the sentence, without the path, only when it is shown: a file may have tens of thousands of findings. */
  readonly text: () => SafeText;
};

/** A check yields its findings; a step yields them and returns the value it made. */
export type Step<T = void> = Generator<Finding, T, void>;

export function problem(path: Path, text: () => SafeText): Finding {
  return { kind: "problem", path, text };
}

export function notice(path: Path, text: () => SafeText): Finding {
  return { kind: "notice", path, text };
}

// Nobody reads more than this.
const SHOWN = 50;

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
