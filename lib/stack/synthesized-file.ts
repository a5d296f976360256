import { OutputError } from "../errors";
import { isDeeperThan, isJsonObject, type JsonObject, parseJson } from "../json";
import { codeOf, readRegularFile } from "../regular-file";
import { text } from "../text/safe-text";

// The stack of 10,000 tasks has 30 to 60 MiB.
const LARGEST_MEBIBYTES = 128;
// A stack and its report have less than 20.
const DEEPEST = 100;

/**
 * A file of what synth wrote, or should have written.
 *
 * @throws OutputError when it can't be read, or is larger than any output.
 */
export function readSynthesizedFile(path: string): Buffer {
  return guardedRead(path, () => readRegularFile(path, LARGEST_MEBIBYTES));
}

/** Runs what reads `path`; what the system refuses becomes a sentence. */
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
 * The JSON object in such a file.
 *
 * @throws OutputError when it can't be read, or is not JSON as synth writes it.
 */
export function readSynthesizedJson(path: string): JsonObject {
  const document = parseJson(readSynthesizedFile(path).toString("utf8"));
  if (isJsonObject(document) && !isDeeperThan(DEEPEST, document)) return document;
  throw notAsWritten(path);
}

/** For what is JSON, and still not what synth writes. */
export function notAsWritten(path: string): OutputError {
  return new OutputError([text`${path} is not as synth wrote it. Synthesize again.`]);
}
