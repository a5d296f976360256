import { parseTask } from "../../lib/task/parse-task";
import { cpuSince } from "../cpu-time";
import { CONTAINER, problemsIn, run, TASK } from "./read";

const MIB = 1024 * 1024;

/** Documents with `count` mistakes of one kind, each below 1 MiB. */
const WRONG: Readonly<Record<string, (count: number) => object>> = {
  "unknown keys": (count) => ({ ...TASK, ...Object.fromEntries(numbers(count).map((n) => [`key${n}`, 1])) }),
  "nulls in a list": (count) => of({ command: numbers(count).map(() => null) }),
  "variables of a wrong type": (count) => of({ environment: numbers(count).map((n) => ({ name: `A${n}`, value: 1 })) }),
  "dependencies on missing containers": (count) =>
    of({ dependsOn: numbers(count).map((n) => ({ containerName: `c${n}`, condition: "START" })) }),
  placeholders: (count) => of({ secrets: numbers(count).map((n) => ({ name: `A${n}`, valueFrom: "<ARN>" })) }),
  "mounts of missing volumes": (count) => of({ mountPoints: numbers(count).map((n) => ({ sourceVolume: `v${n}` })) }),
};
const of = (container: object) => ({ ...TASK, containerDefinitions: [{ ...CONTAINER, ...container }] });
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Counts how often the checks read a property of the document, or an element of a list in it. */
function countLooks(document: object): number {
  let looks = 0;
  const seen = new Map<object, object>();
  const counting = <T>(value: T): T => {
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    if (known) return known as T;
    const watched = new Proxy(value, {
      get(target, key, receiver) {
        looks += 1;
        return counting(Reflect.get(target, key, receiver));
      },
      getOwnPropertyDescriptor(target, key) {
        looks += 1;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
    });
    seen.set(value, watched);
    return watched;
  };
  run(parseTask(counting(JSON.parse(JSON.stringify(document))), { defaults: {}, images: new Map() }), document);
  return looks;
}

test.each(Object.entries(WRONG))("twice as many %s take twice as many steps", (_kind, documentOf) => {
  const [once, twice] = [countLooks(documentOf(1000)), countLooks(documentOf(2000))];
  expect(once).toBeGreaterThan(1000);
  expect(twice / once).toBeLessThan(2.2);
});

test.each(Object.entries(WRONG))(
  "for very many %s, 50 problems are shown and the others are counted",
  async (_kind, documentOf) => {
    const problems = await problemsIn(documentOf(5000));
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toMatch(/^\d{4,} more problems\.$/);
  },
);

test("60,000 unknown keys in a file of 1 MiB are refused", async () => {
  const text = JSON.stringify(WRONG["unknown keys"]?.(60_000));
  expect(text.length).toBeLessThan(MIB);
  expect((await problemsIn(text)).at(-1)).toBe("59951 more problems.");
});

test("for a key that is repeated 5,000 times, 50 places are shown and the others are counted", async () => {
  const problems = await problemsIn(`{${Array(5000).fill('"a":1').join()}}`);
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toBe("4949 more problems.");
});

test("lists nested 101 levels deep are refused, lists nested 90 levels deep are read", async () => {
  const nested = (depth: number) => `{"family":"shop","a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  expect(await problemsIn(nested(101))).toEqual(["is nested in more than 100 levels."]);
  expect(await problemsIn(nested(90))).toContain(
    "a: is not a known key. Check its spelling, or remove it: the AWS provider would drop it.",
  );
});

test("300 ranges of all ports, each of another protocol, are refused for their protocols alone", async () => {
  const portMappings = numbers(300).map((n) => ({ containerPortRange: "1-65535", protocol: `p${n}` }));
  const problems = await problemsIn(of({ portMappings }));
  expect(problems[0]).toBe('containerDefinitions[app].portMappings[0].protocol: must be tcp or udp, got "p0".');
  expect(problems.at(-1)).toBe("250 more problems.");
});

test("a task of more than 100 containers is refused for their number alone", async () => {
  const containers = (count: number) => ({ ...TASK, containerDefinitions: numbers(count).map(() => ({})) });
  expect(await problemsIn(containers(101))).toEqual([
    "containerDefinitions: with the Defender there are 102 containers, ECS takes 10. Split the task.",
  ]);
  expect(await problemsIn(containers(100))).toContain("containerDefinitions[0].name: is required.");
});

const LENGTH = 200_000;

test("a long key is not copied for each of the values below it", async () => {
  const cpuWith = async (key: string) => {
    const begun = process.cpuUsage();
    expect((await problemsIn({ ...TASK, [key]: Array(50_000).fill("a") })).join()).toContain("is not a known key");
    return cpuSince(begun);
  };
  const short = await cpuWith("k");
  expect((await cpuWith("k".repeat(LENGTH))) / short).toBeLessThan(5);
});

test.each<[text: string, documentWith: (text: string) => object, text: string, problem: string]>([
  [
    "variables that don't end",
    (text) => of({ command: [text] }),
    "${".repeat(LENGTH / 2),
    "bytes without the Defender",
  ],
  [
    "a secret's source of colons",
    (text) => of({ secrets: [{ name: "A", valueFrom: `${text}|` }] }),
    ":".repeat(LENGTH),
    "must be a parameter's name",
  ],
  [
    "an image of slashes",
    (text) => ({ ...TASK, runtimeDefense: { defenderImage: `${text} ` } }),
    "/".repeat(LENGTH),
    "must be an image with its registry",
  ],
  ["combining marks", (text) => of({ command: [text] }), "\u0300\u0316".repeat(LENGTH / 2), "has combining marks"],
])("%s are read about as fast as a plain text of their length", async (_kind, documentWith, text, problem) => {
  const measured = async (document: object) => {
    const begun = process.cpuUsage();
    const problems = await problemsIn(document);
    return { problems, cpu: cpuSince(begun) };
  };
  const plain = await measured(documentWith("x".repeat(LENGTH)));
  const read = await measured(documentWith(text));
  expect(read.problems.join("\n")).toContain(problem);
  // Each would take hundreds of times as long if it were read once for each of its characters.
  expect(read.cpu / plain.cpu).toBeLessThan(50);
});
