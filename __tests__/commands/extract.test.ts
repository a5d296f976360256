import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { protect } from "../../lib/commands/protect";
import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { TASK } from "../task/read";
import { invoke } from "./invoke";

let console: LocalConsole;
let folder: string;

beforeAll(async () => {
  console = await startLocalConsole();
});
afterAll(() => console.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "extract-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function problemsWith(entryPoint: object): Promise<readonly string[]> {
  const file = join(folder, "task.json");
  const containers = ["r.example.com/a:1", "r.example.com/b:1"].map((image, index) => ({ name: `c${index}`, image }));
  const task = {
    ...TASK,
    containerDefinitions: containers,
    runtimeDefense: { entryPoint: { extract: true, ...entryPoint } },
  };
  await writeFile(file, JSON.stringify(task));
  const { problems } = await invoke(protect, [file], {
    ...{ TL_CONSOLE: console.url, TL_USER: console.user, TL_PASS: console.password, TL_RETRY_DELAY_MS: "1" },
  });
  return problems;
}

const ASKED =
  'The Console was asked for the entry points of "r.example.com/a:1", "r.example.com/b:1", and names only the first failure: ';
const REST =
  "remove extract (then the images' registries are asked), write entryPoint and command, or exclude the containers.";

test("an entry point that can't be extracted is reported with all images and the settings for a private registry", async () => {
  const [problem = ""] = await problemsWith({});
  expect(problem).toMatch(/failed to extract entrypoint for image r\.example\.com\/a:1/);
  expect(problem).toContain(`${ASKED}set registryType and registryCredentialId for a private registry, ${REST}`);
});

test("settings for a private registry that are made already are not asked for", async () => {
  const [problem = ""] = await problemsWith({ registryType: "aws", registryCredentialId: "1" });
  expect(problem).toContain(`${ASKED}${REST}`);
});
