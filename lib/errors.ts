import { type SafeText, text } from "./text/safe-text";

/** One problem, and its place as far as known; line and column count from 1. */
export type Problem = {
  readonly file?: SafeText;
  readonly line?: number;
  readonly column?: number;
  readonly text: SafeText;
};

/** An expected failure: the user can do something about it, so it is shown without a stack trace. */
export abstract class ExpectedError extends Error {
  readonly problems: readonly Problem[];
  /** Every file that was checked; by default those that the problems name. */
  readonly files: readonly SafeText[];

  /** @param problems one complete sentence (or two) each */
  constructor(
    problems: readonly (SafeText | Problem)[],
    { files, ...options }: ErrorOptions & { readonly files?: readonly SafeText[] } = {},
  ) {
    const all = problems.map((problem) => (typeof problem === "string" ? { text: problem } : problem));
    super(all.map(sentence).join("\n"), options);
    this.name = new.target.name;
    this.problems = all;
    this.files = files ?? [...new Set(all.flatMap(({ file }) => file ?? []))];
  }

  /** Each problem as one line, the file's name in front. */
  get sentences(): readonly SafeText[] {
    return this.problems.map(sentence);
  }
}

function sentence({ file, text: what }: Problem): SafeText {
  return file === undefined ? what : text`${file}: ${what}`;
}

/** Fix a variable. */
export class SettingsError extends ExpectedError {}

/** Fix a task definition file. */
export class TaskFileError extends ExpectedError {}

/** Reach the Console, or ask whoever runs it. */
export class ConsoleError extends ExpectedError {}

/** Reach an image's registry, or fix the settings and credentials for it. */
export class RegistryError extends ExpectedError {}

/** Use another image: Fargate can't start this one, whatever the task definition says. */
export class ImageError extends RegistryError {}

/** Reach AWS, or ask whoever gives rights there. */
export class AwsError extends ExpectedError {}

/** Distrust the Console's answer: it isn't the protected form of the task definition that was sent. */
export class ProofError extends ExpectedError {}

/** Look at what a plan would do, or has done: it isn't what was proven. */
export class PlanError extends ExpectedError {}

/** Make the output possible: disk space, permissions, a free path. */
export class OutputError extends ExpectedError {}

/** The user stopped the run. */
export class StoppedError extends ExpectedError {
  constructor(readonly signal: NodeJS.Signals) {
    super([text`Stopped by ${signal}.`]);
  }
}
