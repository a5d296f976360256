import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readTasks } from "../../lib/task/read-tasks";
import { EXAMPLE } from "../entry";
import { CONTAINER, inFolder, noticesOf, problemsIn, problemsOf, read, TASK } from "./read";

const FIXTURES = join(__dirname, "fixtures");
const fixture = async (name: string) => JSON.parse(await readFile(join(FIXTURES, name), "utf8"));

test("the project's own example is read, its misplaced keys moved up", async () => {
  const [task] = await readTasks(EXAMPLE);
  expect(task?.definition).toEqual({
    family: "prisma-runtime-defense",
    cpu: "256",
    memory: "512",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    containerDefinitions: [
      {
        name: "hello",
        image: expect.stringMatching(/busybox/),
        entryPoint: ["sh", "-c"],
        command: ["hello"],
        portMappings: [{ containerPort: 3000 }],
      },
    ],
  });
  expect(noticesOf(task)).toEqual([
    "containerDefinitions[hello].networkMode: belongs to the task, not to a container, so it was moved up.",
    "containerDefinitions[hello].requiresCompatibilities: belongs to the task, not to a container, so it was moved up.",
    "Not in the file, so the defaults apply: cpu 256, memory 512.",
  ]);
});

test("describe output loses its read-only keys and empty values, and nothing else", async () => {
  const [task] = await readTasks(join(FIXTURES, "described.json"));
  const { containerDefinitions, family, executionRoleArn, networkMode, requiresCompatibilities, cpu, memory } =
    await fixture("described.json");
  const { mountPoints: _m, volumesFrom: _v, systemControls: _s, ...container } = containerDefinitions[0];
  expect(task?.definition).toEqual({
    containerDefinitions: [container],
    family,
    executionRoleArn,
    networkMode,
    requiresCompatibilities,
    cpu,
    memory,
  });
  expect(noticesOf(task)).toEqual([
    "Ignored what describe-task-definition adds: taskDefinitionArn, revision, status, requiresAttributes, compatibilities, registeredAt, registeredBy.",
  ]);
});

test("the envelope is removed; its tags are kept with lower-case keys, without those of AWS", async () => {
  const [task] = await readTasks(join(FIXTURES, "envelope.json"));
  const { taskDefinition } = await fixture("envelope.json");
  expect(task?.definition.volumes).toEqual(taskDefinition.volumes);
  expect(task?.definition.containerDefinitions[0]?.logConfiguration).toEqual({ logDriver: "awsfirelens" });
  expect(task?.definition.containerDefinitions[1]).toEqual(taskDefinition.containerDefinitions[1]);
  expect(task?.definition.tags).toEqual([
    { key: "team", value: "finance" },
    { key: "reviewed", value: "" },
  ]);
  expect([task?.definition.cpu, task?.definition.memory]).toEqual(["1024", "2048"]);
  expect(task?.definition).not.toHaveProperty("runtimeDefense");
  expect(task?.runtimeDefense).toEqual({
    exclude: { router: "FireLens router, its image has no entrypoint" },
    entryPoint: { lookUp: true, pin: false, extract: false },
    sidecar: { logs: false },
    raiseToFit: false,
    accept: [],
  });
  expect(noticesOf(task)).toEqual(["tags: ignored those that only AWS may set: aws:cloudformation:stack-name."]);
});

test("every key that the provider supports is kept; each one that Fargate refuses gets a notice", async () => {
  const [task] = await readTasks(join(FIXTURES, "every-key.json"));
  expect(task?.definition).toEqual(await fixture("every-key.json"));
  const first = "containerDefinitions[first]";
  expect(noticesOf(task)).toEqual(
    [
      "ipcMode",
      "placementConstraints",
      "volumes[bind].host.sourcePath",
      "volumes[docker].dockerVolumeConfiguration",
      "volumes[fsx].fsxWindowsFileServerVolumeConfiguration",
      `${first}.dnsSearchDomains`,
      `${first}.dnsServers`,
      `${first}.dockerSecurityOptions`,
      `${first}.extraHosts`,
      `${first}.hostname`,
      `${first}.linuxParameters.capabilities.add`,
      `${first}.linuxParameters.devices`,
      `${first}.linuxParameters.maxSwap`,
      `${first}.linuxParameters.sharedMemorySize`,
      `${first}.linuxParameters.swappiness`,
      `${first}.logConfiguration.logDriver`,
      `${first}.privileged`,
      `${first}.resourceRequirements`,
    ].map((place) => {
      const [, kept] = [
        /add$/.exec(place) && "SYS_PTRACE",
        /logDriver$/.exec(place) && "awslogs, awsfirelens or splunk",
      ].flatMap((x) => (x ? ["", x] : []));
      const what = kept ? `takes only ${kept}. Change it.` : "refuses it. Remove it.";
      return `${place}: is kept, but ECS documents that Fargate ${what}`;
    }),
  );
});

test("defaults, placeholders that don't matter, empty variables and a missing role are reported", async () => {
  const [task] = await readTasks(join(FIXTURES, "shared-volume.json"));
  expect(task?.definition.volumes).toEqual([{ name: "spool" }]);
  expect(noticesOf(task)).toEqual([
    "Not in the file, so the defaults apply: cpu 256, memory 512, networkMode awsvpc, requiresCompatibilities FARGATE.",
    "containerDefinitions[shipper].environment[TARGET].value: looks like a placeholder. It is sent to ECS unchanged.",
    "containerDefinitions[shipper].environment[PREFIX]: the value is empty, and ECS drops such variables. Remove it, or write a value.",
    "containerDefinitions[shipper]: uses secrets, so the task needs an executionRoleArn whose role may do that.",
  ]);
});

test("a placeholder's default, which may be a password, is not shown", async () => {
  const environment = [{ name: "DB_PASSWORD", value: "{{ db_password | default('hunter2') }}" }];
  const [notice] = noticesOf(await read({ ...TASK, containerDefinitions: [{ ...CONTAINER, environment }] }));
  expect(notice).toBe(
    "containerDefinitions[app].environment[DB_PASSWORD].value: looks like a placeholder. It is sent to ECS unchanged.",
  );
});

const PLACEHOLDER = "Replace it with the value.";
const RESTART = "so it would restart for ever once wrapped. Write entryPoint";
const EXCLUDE = 'or exclude the container: "runtimeDefense":';
const UNKNOWN = "is not a known key.";

test.each([
  [
    "app-mesh.json",
    [
      'containerDefinitions[router]: is a FireLens router without entryPoint, which breaks when wrapped. Write "runtimeDefense": {"entryPoint":{"lookUp":false},"exclude":{"router":"FireLens router, its image has no entrypoint"}}.',
      `containerDefinitions[orders]: has no entryPoint, ${RESTART} (and command) as the image "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:3" has it, or let it be looked up: "runtimeDefense": {"entryPoint":{"lookUp":true}}, ${EXCLUDE} {"entryPoint":{"lookUp":false},"exclude":{"orders":"REASON"}}.`,
      `containerDefinitions[proxy]: has no entryPoint, ${RESTART} (and command) as the image "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod" has it, or let it be looked up: "runtimeDefense": {"entryPoint":{"lookUp":true}}, ${EXCLUDE} {"entryPoint":{"lookUp":false},"exclude":{"proxy":"REASON"}}.`,
    ],
  ],
  [
    "bare-list.json",
    [
      'expected one task definition as RegisterTaskDefinition takes it, got a bare list. Put the containers into {"family": "NAME", "containerDefinitions": [ … ]}.',
    ],
  ],
  [
    "cloudformation.json",
    [
      'expected one task definition as RegisterTaskDefinition takes it, got CloudFormation. Deploy it, then save what "aws ecs describe-task-definition" prints.',
    ],
  ],
  [
    "pascal-case.json",
    [
      `Family: ${UNKNOWN} Write family.`,
      `Cpu: ${UNKNOWN} Write cpu.`,
      `containerDefinitions[shop].EntryPoint: ${UNKNOWN} Write entryPoint.`,
      `containerDefinitions[shop].Environment: ${UNKNOWN} Write environment.`,
      `containerDefinitions[shop].portMapping: ${UNKNOWN} Write portMappings.`,
      `containerDefinitions[shop].gpu: ${UNKNOWN} Check its spelling, or remove it: the AWS provider would drop it.`,
      "inferenceAccelerators: can't be deployed: ECS knows it, but the stack's version of the AWS provider doesn't. Remove it.",
    ],
  ],
  [
    "template.json",
    [
      `taskRoleArn: has the placeholder "{{task_role}}". ${PLACEHOLDER}`,
      `executionRoleArn: has the placeholder "<ACCOUNT_ID>". ${PLACEHOLDER}`,
      `containerDefinitions[search].image: has the placeholder "\${REGISTRY}", "\${TAG}". Replace it with the value, or name the image in CONTAINER_IMAGES.`,
      `containerDefinitions[search].secrets[KEY].valueFrom: has the placeholder "aws_account_id". ${PLACEHOLDER}`,
      `containerDefinitions[search].logConfiguration.options.awslogs-region: has the placeholder "{{region}}". ${PLACEHOLDER}`,
      `volumes[index].efsVolumeConfiguration.fileSystemId: has the placeholder "<ID>". ${PLACEHOLDER}`,
    ],
  ],
])("%s is refused with every reason at once", async (name, problems) => {
  expect(await problemsOf(join(FIXTURES, name), FIXTURES)).toEqual(problems.map((problem) => `${name}: ${problem}`));
});

test("the task files of a folder are read in the order of their names, other files are ignored", async () => {
  await inFolder(async (folder) => {
    for (const family of ["d", "a", "e", "B", "c"]) {
      await writeFile(join(folder, `${family}.json`), JSON.stringify({ ...TASK, family }));
    }
    await writeFile(join(folder, "notes.txt"), "not a task");
    const tasks = await readTasks(folder);
    expect(tasks.map(({ definition }) => definition.family)).toEqual(["B", "a", "c", "d", "e"]);
    expect(tasks[0]?.file).toBe(join(folder, "B.json"));
  });
});

test("the problems of all files are reported together, each with its file's name, also a family that two files have", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "a.json"), JSON.stringify(TASK));
    await writeFile(join(folder, "b.json"), "{");
    await writeFile(join(folder, "c.json"), JSON.stringify(TASK));
    await writeFile(join(folder, "d.json"), JSON.stringify({ ...TASK, family: "d", containerDefinitions: [] }));
    expect(await problemsOf(folder)).toEqual([
      "b.json: is not JSON: close brace expected at line 1, column 2. Correct it there.",
      "d.json: containerDefinitions: must have at least one container.",
      "c.json: the family shop is also in a.json. Rename one, or move one elsewhere if both are versions of the same task.",
    ]);
  });
});

test.each([
  ["<NAME>", 'has the placeholder "<NAME>". Replace it with the value.'],
  ["", 'must have letters, digits, - and _ only, 255 at most, got "".'],
])("two files with the family %j are not of the same family", async (family, problem) => {
  await inFolder(async (folder) => {
    for (const file of ["a.json", "b.json"]) {
      await writeFile(join(folder, file), JSON.stringify({ ...TASK, family }));
    }
    expect(await problemsOf(folder)).toEqual([`a.json: family: ${problem}`, `b.json: family: ${problem}`]);
  });
});

test("a task is deeply frozen", async () => {
  const task = await read(TASK);
  expect(Object.isFrozen(task)).toBe(true);
  expect(() => task.definition.containerDefinitions[0]?.entryPoint?.push("x")).toThrow(TypeError);
});

test("a message holds no control characters, no pipeline commands and no licence token", async () => {
  const image = "registry-auth.twistlock.com/tw_abcdefghijkl/twistlock\u001b[31m ##vso[task.complete]";
  const [first] = await problemsIn({ ...TASK, containerDefinitions: [{ ...CONTAINER, image }] });
  expect(first).toBe(
    'containerDefinitions[app].image: must be an image, without spaces: write it, or name it in CONTAINER_IMAGES, got "registry-auth.twistlock.com/tw_[redacted]/twistlock ## vso[task.complete]".',
  );
});

test("a licence token is masked even where a long image is cut short in the middle of it", async () => {
  const image = `${"x".repeat(192)}/tw_abcdefghijklmnop/app`;
  const runtimeDefense = { entryPoint: { lookUp: false } };
  const [first] = await problemsIn({ ...TASK, containerDefinitions: [{ name: "app", image }], runtimeDefense });
  expect(first).toContain("xxx/tw_[re…");
});

test("a problem inside the envelope is reported with names, and with its place in the file", async () => {
  const document = {
    taskDefinition: { ...TASK, containerDefinitions: [CONTAINER, { ...CONTAINER, name: "web", cpu: -1 }] },
  };
  await inFolder(async (folder) => {
    await writeFile(join(folder, "a.json"), JSON.stringify(document, null, 1));
    const error = await readTasks(folder, { projectFolder: folder }).catch((thrown) => thrown);
    const text = "containerDefinitions[web].cpu: must not be below 0, got -1.";
    expect(error.problems).toEqual([{ file: "a.json", line: 25, column: 5, text }]);
  });
});

test("a problem of a key that was moved up is reported with its place in the container", async () => {
  await inFolder(async (folder) => {
    const containers = [CONTAINER, { ...CONTAINER, name: "web", ipcMode: "x" }];
    await writeFile(join(folder, "a.json"), JSON.stringify({ ...TASK, containerDefinitions: containers }, null, 1));
    const error = await readTasks(folder, { projectFolder: folder }).catch((thrown) => thrown);
    const text = 'ipcMode: must be host, task or none, got "x".';
    expect(error.problems).toEqual([{ file: "a.json", line: 24, column: 4, text }]);
  });
});

test("an abort ends the reading between two files, with the signal's reason", async () => {
  const stop = new AbortController();
  await inFolder(async (folder) => {
    for (let n = 0; n < 200; n += 1) {
      await writeFile(join(folder, `${n}.json`), JSON.stringify({ ...TASK, family: `f${n}` }));
    }
    const reading = readTasks(folder, { signal: stop.signal });
    setImmediate(() => stop.abort(new Error("Stopped by SIGTERM.")));
    await expect(reading).rejects.toThrow("Stopped by SIGTERM.");
  });
});
