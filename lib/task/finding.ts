import { excerpt } from "../excerpt";

/** What a check says: a problem stops the run, a notice doesn't. */
export type Finding = { readonly kind: "problem" | "notice"; readonly text: string };

/** A check yields its findings; a step yields them and returns the value it made. */
export type Step<T = void> = Generator<Finding, T, void>;

export const problem = (text: string): Finding => ({ kind: "problem", text });
export const notice = (text: string): Finding => ({ kind: "notice", text });

/** A word of the file's, for a message. */
export const quoted = (word: string): string => `"${excerpt(word, 200)}"`;

export function run<T>(step: Step<T>): { readonly value: T; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  for (;;) {
    const next = step.next();
    if (next.done) return { value: next.value, findings };
    findings.push(next.value);
  }
}
