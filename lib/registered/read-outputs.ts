import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

import { OutputError } from "../errors";
import { isJsonObject, parseJson } from "../json";
import { codeOf } from "../regular-file";
import type { Environment } from "../settings/environment";
import { withoutSecrets } from "../settings/secrets";
import { terraformProgram } from "../settings/terraform-program";
import { excerpt, text } from "../text/safe-text";

/** Terraform's string outputs, by name. */
export type Outputs = ReadonlyMap<string, string>;

/** @throws OutputError when the file isn't what `terraform output -json` prints. */
export function readOutputs(file: string): Outputs {
  return parse(read(file), file);
}

type Terraform = {
  /** The stack's own folder, initialized. */
  readonly folder: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
};

/**
 * Asks Terraform for its outputs.
 *
 * @throws OutputError when Terraform can't be run, or isn't initialized; the signal's reason.
 */
export async function askOutputs({ folder, environment, signal }: Terraform): Promise<Outputs> {
  const program = terraformProgram(environment);
  const command = text`${program} -chdir=${folder} output -json`;
  try {
    const { stdout } = await promisify(execFile)(program, [`-chdir=${folder}`, "output", "-no-color", "-json"], {
      env: withoutSecrets(environment),
      signal,
      maxBuffer: MOST_BYTES,
    });
    return parse(stdout, command);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OutputError) throw error;
    const said = isJsonObject(error) && typeof error.stderr === "string" ? error.stderr : "";
    const reason = excerpt(said.replace(/[│╷╵]/g, " ") || `it can't be run (${codeOf(error)})`, 300);
    const remedy = "Run it where the stack was applied, or save its output there and name the file by --outputs.";
    throw new OutputError([text`${command} failed: ${reason}. ${remedy}`]);
  }
}

// 10,000 task definitions have 2 MiB of outputs.
const MOST_BYTES = 64 * 1024 * 1024;

function parse(content: string, origin: string): Outputs {
  const document = parseJson(content);
  if (!isJsonObject(document))
    throw new OutputError([text`${origin} must give one JSON object, as terraform output -json prints it.`]);
  return new Map(
    Object.entries(document).flatMap(([name, output]) =>
      isJsonObject(output) && typeof output.value === "string" ? [[name, output.value] as const] : [],
    ),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new OutputError([text`${file} can't be read (${codeOf(error)}). Check the path.`]);
  }
}
