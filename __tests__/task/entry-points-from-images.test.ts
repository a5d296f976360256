import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { RegistryError, TaskFileError } from "../../lib/errors";
import type { ImageConfig } from "../../lib/registry/read-image";
import { checkTasks, readTasks } from "../../lib/task/read-tasks";
import { text } from "../../lib/text/safe-text";
import { inFolder, noticesOf, TASK } from "./read";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

type Config = { readonly entryPoint: readonly string[]; readonly command: readonly string[] };

/** Reads the documents, one file each; looking up an image returns its entry in `images`. */
async function readWith(documents: readonly object[], images: Readonly<Record<string, Config | RegistryError>>) {
  const asked: string[] = [];
  const read = inFolder(async (folder) => {
    for (const [index, document] of documents.entries()) {
      await writeFile(join(folder, `${index}.json`), JSON.stringify(document, null, 1));
    }
    return await readTasks(folder, {
      projectFolder: folder,
      lookUp: async (names) => {
        asked.push(...names);
        return new Map(Object.entries(images).map(([image, config]) => [image, answerOf(image, config)]));
      },
    });
  });
  return {
    asked,
    tasks: await read.catch((error) => (error instanceof TaskFileError ? [] : Promise.reject(error))),
    read,
  };
}

function answerOf(image: string, config: Config | RegistryError): ImageConfig | RegistryError {
  if (config instanceof RegistryError) return config;
  return { digest: DIGEST, pinned: `${image.split(":")[0]}@${DIGEST}`, ...config };
}

const task = (container: object, runtimeDefense: object = {}, family = "shop") => ({
  ...TASK,
  family,
  containerDefinitions: [{ name: "web", image: "nginx:1.27", ...container }],
  runtimeDefense,
});
const NGINX = { entryPoint: ["/docker-entrypoint.sh"], command: ["nginx", "-g", "daemon off;"] };

test("the image's entry point and command are written into the task, and kept for the report", async () => {
  const { tasks } = await readWith([task({})], { "nginx:1.27": NGINX });
  expect(tasks[0]?.definition.containerDefinitions).toEqual([{ name: "web", image: "nginx:1.27", ...NGINX }]);
  expect(tasks[0]?.lookedUp).toEqual([{ container: "web", digest: DIGEST, ...NGINX }]);
});

test("the task's own command stays", async () => {
  const { tasks } = await readWith([task({ command: ["nginx", "-T"], entryPoint: [] })], { "nginx:1.27": NGINX });
  expect(tasks[0]?.definition.containerDefinitions[0]).toMatchObject({
    entryPoint: ["/docker-entrypoint.sh"],
    command: ["nginx", "-T"],
  });
});

test("the command of an image without an entry point becomes the entry point", async () => {
  const { tasks } = await readWith([task({})], { "nginx:1.27": { entryPoint: [], command: ["/web"] } });
  expect(tasks[0]?.definition.containerDefinitions).toEqual([
    { name: "web", image: "nginx:1.27", entryPoint: ["/web"] },
  ]);
});

test("with pin an image gets its digest, but only if it was looked up", async () => {
  const document = {
    ...task({}, { entryPoint: { pin: true } }),
    containerDefinitions: [
      { name: "web", image: "nginx:1.27" },
      { name: "app", image: "app:1", entryPoint: ["/app"] },
    ],
  };
  const { tasks } = await readWith([document], { "nginx:1.27": NGINX });
  const images = tasks[0]?.definition.containerDefinitions.map(({ image }) => image);
  expect(images).toEqual([`nginx@${DIGEST}`, "app:1"]);
});

test("each image is looked up once, and only if it is needed", async () => {
  const documents = [
    task({}, {}, "a"),
    task({}, {}, "b"),
    task({ image: "c:1" }, { entryPoint: { extract: true } }, "c"),
    task({ image: "d:1", entryPoint: ["/d"] }, {}, "d"),
  ];
  const { asked } = await readWith(documents, { "nginx:1.27": NGINX });
  expect(asked).toEqual(["nginx:1.27"]);
});

test("nothing is looked up when every container has an entry point: no connection is prepared", async () => {
  const lookUp = () => Promise.reject(new Error("looked up"));
  const read = inFolder(async (folder) => {
    await writeFile(join(folder, "task.json"), JSON.stringify(task({ entryPoint: ["/web"] })));
    return await readTasks(folder, { lookUp });
  });
  await expect(read).resolves.toHaveLength(1);
});

test("an image that starts /init gets a notice", async () => {
  const { tasks } = await readWith([task({})], { "nginx:1.27": { entryPoint: ["/init"], command: [] } });
  expect(noticesOf(tasks[0])).toEqual([
    "containerDefinitions[web]: its image starts /init (s6-overlay), which must be process 1, but the Defender's wrapper is. Test it, or exclude the container.",
  ]);
});

test.each<[string, Config | RegistryError, string]>([
  [
    "has neither ENTRYPOINT nor CMD",
    { entryPoint: [], command: [] },
    'the image "nginx:1.27" has neither ENTRYPOINT nor CMD. Write entryPoint.',
  ],
  [
    "starts an empty program",
    { entryPoint: [""], command: ["x"] },
    'the image "nginx:1.27" starts "" as its program. Write entryPoint.',
  ],
  [
    "has a word that Terraform would change",
    { entryPoint: ["a\u0301"], command: [] },
    'ENTRYPOINT or CMD of the image "nginx:1.27" is not NFC-normalized, and Terraform would change it. Save it as NFC.',
  ],
  [
    "can't be read",
    new RegistryError([text`There is no such image.`]),
    "There is no such image. Or write entryPoint (and command): then no registry is asked.",
  ],
])("an image that %s is refused with its place in the file", async (_kind, config, sentence) => {
  const { read } = await readWith([task({})], { "nginx:1.27": config });
  await expect(read).rejects.toMatchObject({
    sentences: [`0.json: containerDefinitions[web]: ${sentence}`],
    problems: [{ file: "0.json", line: 11, column: 3, text: `containerDefinitions[web]: ${sentence}` }],
  });
});

test("problems of images are reported together with problems of other files", async () => {
  const failure = new RegistryError([text`There is no such image.`]);
  const { read } = await readWith([task({}), { ...TASK, family: "a/b" }], { "nginx:1.27": failure });
  await expect(read).rejects.toMatchObject({
    sentences: [
      "0.json: containerDefinitions[web]: There is no such image. Or write entryPoint (and command): then no registry is asked.",
      '1.json: family: must have letters, digits, - and _ only, 255 at most, got "a/b".',
    ],
  });
});

test("without a look-up, a container stays without an entry point", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "task.json"), JSON.stringify(task({})));
    const [read] = await readTasks(folder);
    expect(read?.definition.containerDefinitions[0]).not.toHaveProperty("entryPoint");
  });
});

test("an image that can't be read is reported together with the other problems of its file", async () => {
  const failure = new RegistryError([text`There is no such image.`]);
  const wrong = { ...task({}), family: "a/b", cpu: "x" };
  const { read } = await readWith([wrong], { "nginx:1.27": failure });
  await expect(read).rejects.toMatchObject({
    sentences: [
      '0.json: cpu: must be CPU units such as 256, or "0.25 vCPU", got "x".',
      '0.json: family: must have letters, digits, - and _ only, 255 at most, got "a/b".',
      "0.json: containerDefinitions[web]: There is no such image. Or write entryPoint (and command): then no registry is asked.",
    ],
  });
});

test.each(["<IMAGE>", "App:1", "XXXXX.dkr.ecr.eu-west-1.amazonaws.com/a:1", "a b", "", null])(
  "%j is not looked up, because it is not an image's name",
  async (image) => {
    const { asked, read } = await readWith([task({ image })], {});
    await expect(read).rejects.toThrow(/image: (has|must|is required)/);
    expect(asked).toEqual([]);
  },
);

test("a task whose image can't be read does not count as checked", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "task.json"), JSON.stringify(task({})));
    const failure = new RegistryError([text`There is no such image.`]);
    const { tasks, problems } = await checkTasks(folder, { lookUp: async () => new Map([["nginx:1.27", failure]]) });
    expect(problems).toHaveLength(1);
    expect(tasks).toEqual([]);
  });
});
