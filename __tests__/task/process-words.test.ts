import fc from "fast-check";

import { processWords } from "../../lib/task/entry-points-from-images";

test.each<[string, string[], string[], string[] | undefined, object | undefined]>([
  ["E and C", ["/e"], ["c"], undefined, { entryPoint: ["/e"], command: ["c"] }],
  ["E, C and T", ["/e"], ["c"], ["t"], { entryPoint: ["/e"], command: ["t"] }],
  ["only E", ["/e", "x"], [], undefined, { entryPoint: ["/e", "x"], command: [] }],
  ["only C", [], ["nginx", "-g"], undefined, { entryPoint: ["nginx"], command: ["-g"] }],
  ["C and T", [], ["nginx"], ["sh", "-c", "x y"], { entryPoint: ["sh"], command: ["-c", "x y"] }],
  ["only T", [], [], ["t"], { entryPoint: ["t"], command: [] }],
  ["an empty T, which counts as absent", ["/e"], ["c"], [], { entryPoint: ["/e"], command: ["c"] }],
  ["the shell form", ["/bin/sh", "-c", "x"], ["c"], undefined, { entryPoint: ["/bin/sh", "-c", "x"], command: ["c"] }],
  ["nothing", [], [], undefined, undefined],
])(
  "ENTRYPOINT (E) and CMD (C) of an image and a task's command (T) give the right words: %s",
  (_kind, entryPoint, command, taskCommand, words) => {
    expect(processWords({ entryPoint, command }, taskCommand)).toEqual(words);
  },
);

type Definition = { readonly entryPoint?: readonly string[]; readonly command?: readonly string[] };

/** Docker's rule: --entrypoint discards the image's CMD, arguments replace it. docs.docker.com/reference/cli/docker/container/run */
function started(image: Required<Definition>, { entryPoint = [], command = [] }: Definition): readonly string[] {
  if (entryPoint.length > 0) return entryPoint.concat(command);
  if (command.length > 0) return image.entryPoint.concat(command);
  return image.entryPoint.concat(image.command);
}

test("writing the words into the task does not change what starts", () => {
  const words = fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 });
  fc.assert(
    fc.property(words, words, fc.option(words, { nil: undefined }), (entryPoint, command, taskCommand) => {
      const image = { entryPoint, command };
      const before = started(image, taskCommand ? { command: taskCommand } : {});
      const written = processWords(image, taskCommand);
      expect(written === undefined ? [] : started(image, written)).toEqual(before);
      expect(written?.entryPoint.length).not.toBe(0);
    }),
    { numRuns: 500 },
  );
});
