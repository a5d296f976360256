import type { Environment } from "../settings/environment";
import type { Terminal } from "../text/print";

/** A command: its description, for help, README and argument parsing, and the function that runs it. */
export type Command = {
  readonly name: string;
  /** One line of Markdown: what it does. The README's table says the same. */
  readonly purpose: string;
  /** Whether its output is for another program, so that npm's own lines must not be in it. */
  readonly isPiped?: boolean;
  /** Whether problems are its output: in a format for programs, they are on stdout even when it could not start. */
  readonly printsProblems?: boolean;
  readonly operands?: readonly Operand[];
  /** The hint for a user who gives an operand to a command that takes none. */
  readonly insteadOfOperands?: string;
  readonly options?: readonly Option[];
  /** A sentence that ends the last line of a failure: `Nothing was synthesized.` */
  readonly afterFailure?: string;
  /** Whether it ends by itself after a signal, however long that takes: Terraform has to finish what it has begun. */
  readonly endsItself?: boolean;
  /** @throws ExpectedError when the user can fix the cause; the exit status is then 1. */
  readonly run: (invocation: Invocation, args: Arguments) => Promise<ExitStatus>;
};

/** A positional argument, such as `FILE`. */
export type Operand = {
  readonly name: string;
  readonly meaning: string;
  readonly isOptional?: boolean;
};

export type Option = {
  /** Without dashes: `out`. */
  readonly name: string;
  readonly meaning: string;
  /** A placeholder for the value, such as `FILE`, or the allowed values. Without it the option takes no value. */
  readonly value?: string | readonly string[];
  /** Whether it may be given several times. */
  readonly isRepeated?: boolean;
};

/** The arguments of a command, checked against its description. */
export type Arguments = {
  /** As many as the command takes; optional ones may be missing. */
  readonly operands: readonly string[];
  /** Whether an option without value is given. */
  readonly has: (option: string) => boolean;
  /** The value of an option, the last one when there are several. */
  readonly value: (option: string) => string | undefined;
  readonly values: (option: string) => readonly string[];
};

/** 0: done. 1: something is wrong. 3: the compared sides differ. */
export type ExitStatus = 0 | 1 | 3;

/** The inputs and streams that a command gets from the process. */
export type Invocation = {
  readonly environment: Environment;
  /** The project's folder. */
  readonly projectFolder: string;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Aborted when the user stops the run, with a StoppedError as its reason. */
  readonly signal: AbortSignal;
};
