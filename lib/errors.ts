import type { SafeText } from "./text/safe-text";

/**
 * An expected failure: the user can do something about it, so it is shown without a stack trace.
 * `problems` holds one finished sentence (or two) per line, free of secrets and of control characters.
 */
export abstract class ExpectedError extends Error {
  constructor(
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(problems.join("\n"), options);
    this.name = new.target.name;
  }
}

/** Fix a variable. */
export class SettingsError extends ExpectedError {}

/** One problem of a file, and where in it, as far as that can be said; line and column count from 1. */
export type FileProblem = {
  readonly file: SafeText;
  readonly line?: number;
  readonly column?: number;
  readonly text: SafeText;
};

/** Fix a task definition file. */
export class TaskFileError extends ExpectedError {
  constructor(
    problems: readonly string[],
    /** The same problems with their places, when they were found in the files. */
    readonly fileProblems: readonly FileProblem[] = [],
  ) {
    super(problems);
  }
}

/** Reach the Console, or ask whoever runs it. */
export class ConsoleError extends ExpectedError {}

/** Reach an image's registry, or mend what it is reached with. */
export class RegistryError extends ExpectedError {}

/** Reach AWS, or ask whoever gives rights there. */
export class AwsError extends ExpectedError {}

/** Distrust the Console's answer: it isn't the task definition asked for, protected. */
export class ProofError extends ExpectedError {}

/** Look at what a plan would do, or has done: it isn't what was proven. */
export class PlanError extends ExpectedError {}

/** Make room or rights for the output. */
export class OutputError extends ExpectedError {}

/** The user stopped the run. */
export class StoppedError extends ExpectedError {}
