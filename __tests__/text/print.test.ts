import { Writable } from "node:stream";

import { OutputError } from "../../lib/errors";
import { print, printLine, printSecretOnPurpose } from "../../lib/text/print";
import { excerpt, wholeText } from "../../lib/text/safe-text";
import { Secret } from "../../lib/text/secret";

function stream(error?: NodeJS.ErrnoException) {
  const chunks: string[] = [];
  const write = (chunk: unknown, _: unknown, done: (error?: Error) => void) => {
    chunks.push(String(chunk));
    done(error);
  };
  return { stream: new Writable({ write }).on("error", () => {}), written: () => chunks.join("") };
}

test("a secret that becomes known after a text was made is masked when the text is printed", async () => {
  const { stream: out, written } = stream();
  const early = wholeText("the later secret\n");
  const line = excerpt("the later secret");
  new Secret("the later secret");
  await print(out, early);
  printLine(out, line);
  expect(written()).toBe("[redacted]\n[redacted]\n");
});

test.each([
  [{ isTTY: true, columns: 20 }, "A line that is\nlonger than a\nterminal is wide.\n"],
  [{ columns: 20 }, "A line that is longer than a terminal is wide.\n"],
])("printLine breaks a line only on a terminal: %j", (terminal, expected) => {
  const { stream: out, written } = stream();
  printLine(Object.assign(out, terminal), wholeText("A line that is longer than a terminal is wide."));
  expect(written()).toBe(expected);
});

test("printSecretOnPurpose prints a secret", async () => {
  const { stream: out, written } = stream();
  new Secret("printed on purpose");
  await printSecretOnPurpose(out, "printed on purpose\n");
  expect(written()).toBe("printed on purpose\n");
});

test("a reader that stops early is not an error, a full disk is one", async () => {
  const failed = (code: string) => print(stream(Object.assign(new Error(code), { code })).stream, wholeText("x"));
  await failed("EPIPE");
  await expect(failed("ENOSPC")).rejects.toThrow(new OutputError([excerpt("The output can't be written (ENOSPC).")]));
});
