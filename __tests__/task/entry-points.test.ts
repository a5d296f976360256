import { noticesOf, problemsIn, read, TASK } from "./read";

const extract = { entryPoint: { extract: true } };
const noLookUp = { entryPoint: { lookUp: false } };
const of = (container: object, runtimeDefense: object = noLookUp) => ({
  ...TASK,
  containerDefinitions: [{ name: "web", image: "nginx:1.29", ...container }],
  runtimeDefense,
});

const NONE =
  "containerDefinitions[web]: has no entryPoint, so it would restart for ever once wrapped. Write entryPoint (and " +
  'command) as the image "nginx:1.29" has it, or let it be looked up: "runtimeDefense": {"entryPoint":{"lookUp":true}}.';
const COMMAND_ALONE =
  "containerDefinitions[web]: has a command but no entryPoint, and the Console extracts none for a container with a " +
  'command, so it would restart for ever once wrapped. Write entryPoint as the image "nginx:1.29" has it, or let it be ' +
  'looked up: "runtimeDefense": {"entryPoint":{"extract":false}}.';
const ROUTER =
  "containerDefinitions[web]: is a FireLens router without entryPoint, which breaks when wrapped. " +
  "Write entryPoint (and command) as the image has it.";
const EMPTY = 'containerDefinitions[web].entryPoint: begins with "", so nothing would start. Write the program.';
const WRAPPED =
  "containerDefinitions[web].entryPoint: begins with the Defender's wrapper, so the container is wrapped already. " +
  "Give the unprotected task definition.";
const firelensConfiguration = { type: "fluentbit" };

test.each<[string, object, object, readonly string[]]>([
  ["an entry point", { entryPoint: ["/web"] }, {}, []],
  ["an entry point and a command", { entryPoint: ["/web"], command: ["a"] }, extract, []],
  ["neither entry point nor command", {}, noLookUp, [NONE]],
  ["neither, but with a look-up", {}, {}, []],
  ["an empty entry point", { entryPoint: [] }, noLookUp, [NONE]],
  ["an entry point that is an empty word", { entryPoint: [""] }, {}, [EMPTY]],
  [
    "the Defender's wrapper",
    { entryPoint: ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint", "/web"] },
    {},
    [WRAPPED],
  ],
  [
    "an older Defender's wrapper",
    { entryPoint: ["/var/lib/twistlock/fargate/fargate_defender.sh", "fargate", "entrypoint", "/web"] },
    {},
    [WRAPPED],
  ],
  ["neither, but with extraction", { command: [] }, extract, []],
  ["a command alone", { command: ["a"] }, noLookUp, [NONE]],
  ["a command alone, but with a look-up", { command: ["a"] }, {}, []],
  ["a command alone, despite extraction", { command: ["a"] }, extract, [COMMAND_ALONE]],
  ["a log router's configuration and no entry point", { firelensConfiguration }, {}, [ROUTER]],
  ["a log router's configuration and no entry point, despite extraction", { firelensConfiguration }, extract, [ROUTER]],
  [
    "a log router's configuration and an entry point",
    { firelensConfiguration, entryPoint: ["/entrypoint.sh"] },
    {},
    [],
  ],
])(
  "a container with %s is accepted, or refused for the right reason",
  async (_kind, container, runtimeDefense, problems) => {
    expect(await problemsIn(of(container, runtimeDefense))).toEqual(problems);
  },
);

test("the exclusion that a log router's error proposes is accepted unchanged", async () => {
  const app = { name: "app", image: "app:1", entryPoint: ["/app"] };
  const router = { name: "web", image: "nginx:1.29", firelensConfiguration };
  const task = { ...TASK, containerDefinitions: [app, router] };
  const [problem = ""] = await problemsIn(task);
  const proposal = JSON.parse(`{${/Write (.*)\.$/.exec(problem)?.[1]}}`);
  expect((await read({ ...task, ...proposal })).runtimeDefense.exclude).toEqual({
    web: "FireLens router, its image has no entrypoint",
  });
});

test("a registry that is unused, without extract, gets a notice", async () => {
  const task = await read(of({ entryPoint: ["/web"] }, { entryPoint: { registryType: "aws" } }));
  expect(noticesOf(task)).toEqual([
    "runtimeDefense.entryPoint: names a registry, which is unused without extract: true.",
  ]);
});

test("a remedy repeats the file's own runtimeDefense, unless that is too long to show", async () => {
  const containers = ["web", "app"].map((name) => ({
    ...{ name, image: "nginx:1.29" },
    ...(name === "app" && { entryPoint: ["/app"] }),
  }));
  const remedyWith = async (accept: readonly string[]) => {
    const runtimeDefense = { ...noLookUp, accept };
    const [problem = ""] = await problemsIn({ ...TASK, containerDefinitions: containers, runtimeDefense });
    return problem.slice(problem.indexOf(", or exclude"));
  };
  expect(await remedyWith(["environment:A"])).toBe(
    ', or exclude the container: "runtimeDefense": {"entryPoint":{"lookUp":false},"accept":["environment:A"],"exclude":{"web":"REASON"}}.',
  );
  expect(await remedyWith(Array.from({ length: 100 }, (_, n) => `environment:NAME_${n}`))).toBe(
    ', or exclude the container: "runtimeDefense": {"exclude":{"web":"REASON"}}.',
  );
});
