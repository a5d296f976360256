import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { CONTAINER, problemsIn, read, TASK } from "./read";

const document = () => readFile(join(__dirname, "../../docs/task-definitions.md"), "utf8");

// The error on an unknown key names the known ones.
async function membersOf(runtimeDefense: object): Promise<readonly string[]> {
  const [problem = ""] = await problemsIn({ ...TASK, runtimeDefense });
  const names = /Known keys: (.*)\.$/.exec(problem)?.[1]?.split(", ");
  if (!names) throw new Error(`This names no members: ${problem}`);
  return names;
}

test("every member of runtimeDefense has its row in docs/task-definitions.md", async () => {
  const groups = {
    entryPoint: await membersOf({ entryPoint: { x: 1 } }),
    sidecar: await membersOf({ sidecar: { x: 1 } }),
  };
  const members = (await membersOf({ x: 1 })).flatMap((name) =>
    name === "entryPoint" || name === "sidecar" ? groups[name].map((member) => `${name}.${member}`) : [name],
  );
  const rows = [...(await document()).matchAll(/^\| `([\w.]+)`\s*\|/gm)].map(([, name]) => name);
  expect(rows).toEqual(members);
});

test("the example in docs/task-definitions.md is accepted unchanged", async () => {
  const [, example = ""] = /```json\n("runtimeDefense": .*?)```/s.exec(await document()) ?? [];
  const { runtimeDefense } = JSON.parse(`{${example}}`);
  const router = { name: "log_router", image: "router:1" };
  const task = await read({ ...TASK, containerDefinitions: [...TASK.containerDefinitions, router], runtimeDefense });
  expect(task.runtimeDefense).toEqual(runtimeDefense);
});

test.each([
  [
    "two containers with the same name",
    { ...TASK, containerDefinitions: [...TASK.containerDefinitions, ...TASK.containerDefinitions] },
    "is there twice",
  ],
  [
    "no entry point",
    { ...TASK, containerDefinitions: [{ name: "a", image: "b" }], runtimeDefense: { entryPoint: { lookUp: false } } },
    "has no entryPoint",
  ],
  ["a size that Fargate does not have", { ...TASK, memory: "700" }, "Fargate has no size of …"],
  ["a placeholder", { ...TASK, taskRoleArn: "{{role}}" }, "has the placeholder …"],
  ["an unknown key", { ...TASK, gpu: 1 }, "is not a known key"],
  ["no containers", { ...TASK, containerDefinitions: [] }, "must have at least one container"],
  [
    "a container that waits for itself",
    { ...TASK, containerDefinitions: [{ ...CONTAINER, dependsOn: [{ containerName: "app", condition: "HEALTHY" }] }] },
    "is circular; to be HEALTHY, but it has no healthCheck",
  ],
])("docs/task-definitions.md has the words of the error on %s", async (_kind, task, words) => {
  const problems = (await problemsIn(task)).join();
  for (const part of words.replace(" …", "").split("; ")) expect(problems).toContain(part);
  expect(await document()).toContain(words);
});
