import { OutputError } from "../errors";
import { isDeeperThan, isJsonObject, type JsonObject, parseJson } from "../json";
import { codeOf, readRegularFile } from "../regular-file";
import { text } from "../text/safe-text";

// The stack of 10,000 tasks has 30 to 60 MiB.
const LARGEST_MEBIBYTES = 128;
// A stack and its report have fewer than 20 levels.
const DEEPEST = 100;

/**
 * Reads a file that synth wrote, or should have written.
 *
 * @throws OutputError when it can't be read, or is larger than any output.
 */
export function readSynthesizedFile(path: string): Buffer {
  return guardedRead(path, () => readRegularFile(path, LARGEST_MEBIBYTES));
}

/** Runs `read`, and turns a system error into an OutputError. */
export function guardedRead<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isJsonObject(error) || typeof error.code !== "string") throw error;
    throw new OutputError([
      text`${path} can't be read (${codeOf(error)}). Check it and its permissions, or synthesize again.`,
    ]);
  }
}

/**
 * Reads a JSON object that synth wrote, or should have written.
 *
 * @throws OutputError when it can't be read, or is not JSON as synth writes it.
 */
export function readSynthesizedJson(path: string): JsonObject {
  const document = parseJson(readSynthesizedFile(path).toString("utf8"));
  if (isJsonObject(document) && !isDeeperThan(DEEPEST, document)) return document;
  throw notAsWritten(path);
}

/** Makes the error for content that synth would not write. */
export function notAsWritten(path: string): OutputError {
  return new OutputError([text`${path} is not as synth wrote it. Synthesize again.`]);
}
