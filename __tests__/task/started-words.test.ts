import fc from "fast-check";

import { mustBeFirst, startedWords } from "../../lib/task/started-words";

const E = ["/entrypoint.sh", "--strict"];
const C = ["serve", "--port=80"];
const T = ["worker"];

test.each([
  ["E and C", { entryPoint: E, command: C }, undefined, { entryPoint: E, command: C }],
  ["E, C and T", { entryPoint: E, command: C }, T, { entryPoint: E, command: T }],
  ["E alone", { entryPoint: E, command: [] }, undefined, { entryPoint: E, command: [] }],
  ["E and T", { entryPoint: E, command: [] }, T, { entryPoint: E, command: T }],
  ["C alone", { entryPoint: [], command: C }, undefined, { entryPoint: ["serve"], command: ["--port=80"] }],
  ["C and T", { entryPoint: [], command: C }, T, { entryPoint: ["worker"], command: [] }],
  ["T alone", { entryPoint: [], command: [] }, T, { entryPoint: ["worker"], command: [] }],
  ["an empty T", { entryPoint: E, command: C }, [], { entryPoint: E, command: C }],
  ["nothing", { entryPoint: [], command: [] }, undefined, undefined],
  ["an empty word", { entryPoint: [""], command: C }, undefined, undefined],
])("of %s", (_, image, command, expected) => {
  expect(startedWords(image, command)).toEqual(expected);
});

// Docker's rule, as github.com/moby/moby has it: daemon/commit.go (merge) and daemon/container.go (getEntrypointAndArgs).
function dockerStarts(
  image: { Entrypoint: readonly string[] | null; Cmd: readonly string[] | null },
  container: { Entrypoint?: readonly string[]; Cmd?: readonly string[] },
): readonly string[] {
  let { Entrypoint = null, Cmd = null }: { Entrypoint?: readonly string[] | null; Cmd?: readonly string[] | null } =
    container;
  if (!Entrypoint?.length) {
    if (!Cmd?.length) Cmd = image.Cmd;
    if (Entrypoint === null) Entrypoint = image.Entrypoint;
  }
  const all = [...(Entrypoint ?? []), ...(Cmd ?? [])];
  return all;
}

const words = fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 4 });

test("the process that starts is the same before and after, for 500 combinations", () => {
  fc.assert(
    fc.property(
      fc.option(words),
      fc.option(words),
      fc.option(words, { nil: undefined }),
      (Entrypoint, Cmd, command) => {
        const image = { Entrypoint, Cmd };
        const before = dockerStarts(image, command ? { Cmd: command } : {});
        const written = startedWords({ entryPoint: Entrypoint ?? [], command: Cmd ?? [] }, command);
        const after = written && dockerStarts(image, { Entrypoint: written.entryPoint, Cmd: written.command });
        expect(after ?? []).toEqual(before);
        expect(written?.entryPoint.length).not.toBe(0);
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ["/init", true],
  ["/sbin/init", false],
  ["/init.sh", false],
])("%s must be process 1: %s", (program, expected) => {
  expect(mustBeFirst({ entryPoint: [program], command: [] })).toBe(expected);
});
