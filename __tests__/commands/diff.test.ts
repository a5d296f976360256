import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import MarkdownIt from "markdown-it";

import { diff } from "../../lib/commands/diff";
import { synth } from "../../lib/commands/synth";
import { startLocalConsole } from "../../local-console/server";
import { EXAMPLE, temporaryFolders, variablesFor } from "../entry";
import { invoke } from "./invoke";

const newFolder = temporaryFolders();

const SHOP = {
  family: "shop",
  cpu: "512",
  memory: "1024",
  executionRoleArn: "arn:aws:iam::111122223333:role/shop",
  containerDefinitions: [
    {
      name: "web",
      image: "nginx:1.27",
      entryPoint: ["/docker-entrypoint.sh"],
      environment: [
        { name: "A", value: "1" },
        { name: "PASSWORD", value: "s3cr3t-value" },
      ],
    },
    { name: "router", image: "fluent-bit:3", entryPoint: ["/run"], essential: false },
  ],
};

type Change = (task: typeof SHOP & { [key: string]: unknown }) => void;

/** Two files with the task, the second one changed. */
function files(change: Change): readonly [string, string] {
  const folder = newFolder();
  const [before, after] = [join(folder, "old.json"), join(folder, "new.json")];
  const task: typeof SHOP & { [key: string]: unknown } = JSON.parse(JSON.stringify(SHOP));
  writeFileSync(before, JSON.stringify(task));
  change(task);
  writeFileSync(after, JSON.stringify(task));
  return [before, after];
}

const container = (task: typeof SHOP, index: number): { [key: string]: unknown } => {
  const found: { [key: string]: unknown } | undefined = task.containerDefinitions[index];
  if (!found) throw new Error(`The task has no container ${index}.`);
  return found;
};

test("files that differ only in the order of variables are equal, with exit status 0", async () => {
  const paths = files((task) => {
    container(task, 0).environment = [...(SHOP.containerDefinitions[0]?.environment ?? [])].reverse();
  });
  expect(await invoke(diff, paths)).toEqual({
    status: 0,
    problems: [],
    stderr: "",
    stdout: "Protected: 2 of 2 → 2 of 2 containers (100 % → 100 %).\nThe task definitions are equal.\n",
  });
});

test.each<[string, Change, string]>([
  [
    "an image",
    (task) => Object.assign(container(task, 0), { image: "nginx:1.28" }),
    "web: image  nginx:1.27 → nginx:1.28",
  ],
  [
    "a size",
    (task) => Object.assign(task, { cpu: "1024", memory: "2048" }),
    "cpu     512 → 1024\n  memory  1024 → 2048",
  ],
  ["a container's size", (task) => Object.assign(container(task, 1), { memory: 64 }), "router: memory  added: 64"],
  [
    "a role",
    (task) => Object.assign(task, { executionRoleArn: "arn:aws:iam::111122223333:role/other" }),
    "executionRoleArn  arn:aws:iam::111122223333:role/shop → arn:aws:iam::111122223333:role/other",
  ],
  ["a container that is gone", (task) => task.containerDefinitions.pop(), "router: container  gone: fluent-bit:3"],
  [
    "a new container",
    (task) => task.containerDefinitions.push({ name: "cache", image: "redis:7", entryPoint: ["/r"], essential: true }),
    "cache: container  added: redis:7",
  ],
  [
    "a value that may be a secret",
    (task) => Object.assign(container(task, 0), { environment: [{ name: "PASSWORD", value: "other-secret" }] }),
    "web: environment  different",
  ],
])("%s is shown, with exit status 3", async (_, change, expected) => {
  const { status, stdout } = await invoke(diff, files(change));
  expect(status).toBe(3);
  expect(stdout).toContain(`shop\n  ${expected}\n`);
  expect(stdout).toContain("1 of 1 tasks differ.\n");
  expect(stdout).not.toMatch(/s3cr3t-value|other-secret/);
});

test("newly excluded containers come first, and the coverage last", async () => {
  const [before, after] = files((task) => {
    task.runtimeDefense = { exclude: { router: "breaks when wrapped" } };
  });
  const { status, stdout } = await invoke(diff, [before, after]);
  expect(status).toBe(3);
  expect(stdout).toBe(
    [
      "Newly left out of protection",
      "  shop, router: breaks when wrapped",
      "",
      "shop",
      "  router: protection  protected → left out: breaks when wrapped",
      "",
      "Protected: 2 of 2 → 1 of 2 containers (100 % → 50 %).",
      "1 of 1 tasks differ.",
      "",
    ].join("\n"),
  );
  expect((await invoke(diff, [after, before])).stdout).not.toContain("Newly left out");
});

test("a new container that is left out is added, and newly left out", async () => {
  const paths = files((task) => {
    task.containerDefinitions.push({ name: "cache", image: "redis:7", entryPoint: ["/r"], essential: true });
    task.runtimeDefense = { exclude: { cache: "breaks when wrapped" } };
  });
  const { stdout } = await invoke(diff, paths);
  expect(stdout).toContain("Newly left out of protection\n  shop, cache: breaks when wrapped\n");
  expect(stdout).toMatch(/^ {2}cache: container {3}added: redis:7\n {2}cache: protection {2}added: left out: breaks/m);
});

test("the order of tags is ignored", async () => {
  const [team, stage] = [
    { key: "team", value: "shop" },
    { key: "stage", value: "prod" },
  ];
  const folder = newFolder();
  const [before, after] = [join(folder, "old.json"), join(folder, "new.json")];
  writeFileSync(before, JSON.stringify({ ...SHOP, tags: [team, stage] }));
  writeFileSync(after, JSON.stringify({ ...SHOP, tags: [stage, team] }));
  expect((await invoke(diff, [before, after])).status).toBe(0);
  writeFileSync(after, JSON.stringify({ ...SHOP, tags: [stage, { ...team, value: "payments" }] }));
  const { status, stdout } = await invoke(diff, [before, after]);
  expect({ status, stdout }).toMatchObject({ status: 3, stdout: expect.stringContaining("  tags  different\n") });
});

describe("a setting of runtimeDefense", () => {
  async function ofSettings(before: object, after: object, environment = {}) {
    const folder = newFolder();
    const paths = [join(folder, "old.json"), join(folder, "new.json")];
    for (const [index, runtimeDefense] of [before, after].entries())
      writeFileSync(paths[index] ?? "", JSON.stringify({ ...SHOP, runtimeDefense }));
    return invoke(diff, paths, environment);
  }

  test.each<[object, object, string]>([
    [
      { filesystemMonitoring: true },
      { filesystemMonitoring: false },
      "runtimeDefense.filesystemMonitoring  true → false",
    ],
    [
      { defenderImage: "mirror.example.com/defender:1" },
      { defenderImage: "evil.example.com/defender:1" },
      "runtimeDefense.defenderImage  mirror.example.com/defender:1 → evil.example.com/defender:1",
    ],
    [{}, { defenderImage: "m.example.com/d:1" }, "runtimeDefense.defenderImage  added: m.example.com/d:1"],
    [{ entryPoint: { pin: true } }, {}, "runtimeDefense.entryPoint.pin  true → false"],
    [{ sidecar: { memory: 256 } }, { sidecar: { memory: 128 } }, "runtimeDefense.sidecar.memory  256 → 128"],
    [{ sidecar: { cpu: 64 } }, {}, "runtimeDefense.sidecar.cpu  gone: 64"],
    [{}, { raiseToFit: true }, "runtimeDefense.raiseToFit  false → true"],
    [
      { accept: ["environment:NEW=s3cr3t-value"] },
      { accept: ["environment:NEW=other-secret"] },
      "runtimeDefense.accept  different",
    ],
    [
      {},
      { accept: ["environment:NEW=s3cr3t-value", "environment:B"] },
      "runtimeDefense.accept  added: environment:B, environment:NEW",
    ],
  ])("that changes from %j to %j is shown, with exit status 3", async (before, after, expected) => {
    const { status, stdout, problems } = await ofSettings(before, after);
    expect({ status, problems }).toEqual({ status: 3, problems: [] });
    expect(stdout).toContain(`shop\n  ${expected}\n`);
    expect(stdout).not.toMatch(/s3cr3t-value|other-secret/);
  });

  test("that is left out equals its default, the release's or the fleet's", async () => {
    const accept = ["environment:A", "environment:B"];
    expect((await ofSettings({ accept }, { accept: [...accept].reverse(), raiseToFit: false })).status).toBe(0);
    const defaults = join(newFolder(), "defaults.json");
    writeFileSync(defaults, JSON.stringify({ runtimeDefense: { filesystemMonitoring: true } }));
    const fleet = { RUNTIME_DEFENSE_DEFAULTS: defaults };
    expect((await ofSettings({}, { filesystemMonitoring: true }, fleet)).status).toBe(0);
    const { stdout } = await ofSettings({}, { filesystemMonitoring: false }, fleet);
    expect(stdout).toContain("runtimeDefense.filesystemMonitoring  true → false");
  });
});

describe("a container whose entry point is still to be found", () => {
  const withoutEntryPoint: Change = (task) => Reflect.deleteProperty(container(task, 0), "entryPoint");

  test("doesn't count as protected", async () => {
    const { stdout } = await invoke(diff, files(withoutEntryPoint));
    expect(stdout).toBe(
      [
        "shop",
        "  web: protection  protected → entry point still to be found",
        "  web: entryPoint  different",
        "",
        "Protected: 2 of 2 → 1 of 2 containers (100 % → 50 %).",
        "Entry points still to be found, not counted as protected: 0 → 1.",
        "1 of 1 tasks differ.",
        "",
      ].join("\n"),
    );
  });

  test("doesn't count as protected in Markdown either", async () => {
    const { stdout } = await invoke(diff, [...files(withoutEntryPoint), "--format", "markdown"]);
    expect(stdout).toContain("\n\nEntry points still to be found, not counted as protected: 0 → 1.\n");
  });

  test("is counted on both sides, also of equal task definitions", async () => {
    const [, after] = files(withoutEntryPoint);
    const { stdout } = await invoke(diff, [after, after]);
    expect(stdout).toContain("Entry points still to be found, not counted as protected: 1 → 1.\n");
  });

  test("isn't counted as one when it is excluded", async () => {
    const { stdout } = await invoke(
      diff,
      files((task) => {
        withoutEntryPoint(task);
        task.runtimeDefense = { exclude: { web: "breaks when wrapped" } };
      }),
    );
    expect(stdout).toContain("Protected: 2 of 2 → 1 of 2 containers (100 % → 50 %).\n1 of 1 tasks");
  });
});

test("added and removed tasks are recognized by their families, whatever their files are called", async () => {
  const [before, after] = [newFolder(), newFolder()];
  writeFileSync(join(before, "a.json"), JSON.stringify(SHOP));
  writeFileSync(join(before, "b.json"), JSON.stringify({ ...SHOP, family: "old" }));
  writeFileSync(join(after, "renamed.json"), JSON.stringify(SHOP));
  writeFileSync(join(after, "c.json"), JSON.stringify({ ...SHOP, family: "new" }));
  const { stdout } = await invoke(diff, [before, after]);
  expect(stdout).toMatch(
    /^new \(added\)\n {2}web: container {5}added: nginx:1\.27\n[\s\S]*old \(removed\)\n {2}web: container {5}gone: nginx:1\.27\n/,
  );
  expect(stdout).toContain("2 of 3 tasks differ.");
});

test("the defaults of the fleet apply to both sides", async () => {
  const paths = files((task) => Object.assign(container(task, 0), { image: "nginx:1.28" }));
  const defaults = join(newFolder(), "defaults.json");
  writeFileSync(defaults, JSON.stringify({ runtimeDefense: { exclude: { router: "breaks when wrapped" } } }));
  const { stdout } = await invoke(diff, paths, { RUNTIME_DEFENSE_DEFAULTS: defaults });
  expect(stdout).toContain("Protected: 1 of 2 → 1 of 2 containers (50 % → 50 %).");
  expect(stdout).not.toContain("Newly left out");
});

test("the images of CONTAINER_IMAGES are those of both sides, also where only one has the container", async () => {
  const paths = files((task) => {
    delete container(task, 0).image;
    task.containerDefinitions.push({ name: "worker", image: "", entryPoint: ["/run"], essential: false });
  });
  const images = { web: "nginx:1.28", "shop/worker": "reg.example.com/worker:2" };
  const { stdout, problems } = await invoke(diff, paths, { CONTAINER_IMAGES: JSON.stringify(images) });
  expect(problems).toEqual([]);
  expect(stdout).toMatch(/^shop\n {2}worker: container +added: reg\.example\.com\/worker:2\n\n/);
});

test("a secret that SECRET_ARNS no longer allows doesn't keep OLD from being compared", async () => {
  const folder = newFolder();
  const [before, after] = [join(folder, "old.json"), join(folder, "new.json")];
  const { executionRoleArn: _, ...noRole } = SHOP;
  const secrets = [{ name: "S", valueFrom: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf" }];
  const withSecret = { ...noRole, containerDefinitions: SHOP.containerDefinitions.map((one) => ({ ...one, secrets })) };
  writeFileSync(before, JSON.stringify(withSecret));
  writeFileSync(after, JSON.stringify(noRole));
  const { status, problems } = await invoke(diff, [before, after]);
  expect({ status, problems }).toEqual({ status: 3, problems: [] });
});

describe("--old-defaults", () => {
  const NEWLY_LEFT_OUT = "Newly left out of protection\n  shop, router: breaks when wrapped\n";

  function defaultsFiles() {
    const folder = newFolder();
    const [before, after] = [join(folder, "before.json"), join(folder, "after.json")];
    writeFileSync(before, JSON.stringify({ runtimeDefense: {} }));
    writeFileSync(after, JSON.stringify({ runtimeDefense: { exclude: { router: "breaks when wrapped" } } }));
    return { before, after };
  }

  test("shows what the fleet's defaults newly leave out of protection", async () => {
    const { before, after } = defaultsFiles();
    const args = [...files(() => {}), "--old-defaults", before];
    const { status, stdout } = await invoke(diff, args, { RUNTIME_DEFENSE_DEFAULTS: after });
    expect(status).toBe(3);
    expect(stdout).toContain(NEWLY_LEFT_OUT);
    expect(stdout).toContain("Protected: 2 of 2 → 1 of 2 containers (100 % → 50 %).");
  });

  test.each([[["--old-defaults", ""]], [["--old-defaults="]]])("with an empty value is none: %j", async (option) => {
    const environment = { RUNTIME_DEFENSE_DEFAULTS: defaultsFiles().after };
    const { status, stdout } = await invoke(diff, [...files(() => {}), ...option], environment);
    expect(status).toBe(3);
    expect(stdout).toContain(NEWLY_LEFT_OUT);
  });

  test("applies to OLD alone, also when NEW has no defaults", async () => {
    const { stdout } = await invoke(diff, [...files(() => {}), "--old-defaults", defaultsFiles().after]);
    expect(stdout).toContain("  router: protection  left out: breaks when wrapped → protected\n");
    expect(stdout).toContain("Protected: 1 of 2 → 2 of 2 containers (50 % → 100 %).");
  });

  test("is named when its file can't be read", async () => {
    const missing = join(newFolder(), "none.json");
    const environment = { RUNTIME_DEFENSE_DEFAULTS: defaultsFiles().after };
    const { problems } = await invoke(diff, [...files(() => {}), "--old-defaults", missing], environment);
    expect(problems).toEqual([
      `${missing}: there is no such file or folder. Check the path (--old-defaults). A relative path begins in the project's folder.`,
    ]);
  });
});

describe("of outputs of synth", () => {
  async function outputOf(task: unknown, environment: Record<string, string> = {}): Promise<string> {
    const folder = newFolder();
    writeFileSync(join(folder, "task.json"), JSON.stringify(task));
    const local = await startLocalConsole();
    const output = join(folder, "cdktf.out");
    const { problems } = await invoke(synth, [], {
      ...variablesFor(local),
      TASK_DEFINITION_PATH: join(folder, "task.json"),
      CDKTF_OUTDIR: output,
      ...environment,
    }).finally(() => local.close());
    expect(problems).toEqual([]);
    return output;
  }

  test("an image, an exclusion and the Console's changes are shown, but no licence token", async () => {
    const before = await outputOf(SHOP);
    const [web] = SHOP.containerDefinitions;
    const after = await outputOf({
      ...SHOP,
      containerDefinitions: [{ ...web, image: "nginx:1.28" }, SHOP.containerDefinitions[1]],
      runtimeDefense: { exclude: { router: "breaks when wrapped" } },
    });
    expect((await invoke(diff, [before, before])).status).toBe(0);
    const { status, stdout } = await invoke(diff, [before, after]);
    expect(status).toBe(3);
    expect(stdout).toContain("Newly left out of protection\n  shop, router: breaks when wrapped\n");
    expect(stdout).toContain("  web: image ");
    expect(stdout).toMatch(/ {2}router: protection +protected → left out: breaks when wrapped\n/);
    expect(stdout).toMatch(/ {2}router: entryPoint +different\n/);
    expect(stdout).not.toMatch(/tw_[a-z0-9]{6}/);
  });

  test.each(["tw_abc123def456", "n".repeat(255)])(
    "finds a task and a container that the report masks or has whole: %s",
    async (name) => {
      const router = { ...SHOP.containerDefinitions[1], name };
      const output = await outputOf({
        ...SHOP,
        family: name,
        containerDefinitions: [SHOP.containerDefinitions[0], router],
        runtimeDefense: { exclude: { [name]: "breaks when wrapped" } },
      });
      const { stdout } = await invoke(diff, [join(dirname(output), "task.json"), output]);
      expect(stdout).toMatch(/ {2}web: entryPoint, by the Console +begins with \S+/);
      expect(stdout).not.toContain("not protected");
    },
  );

  test("a file compared with its output shows what the protection changes", async () => {
    const output = await outputOf(SHOP);
    const { stdout } = await invoke(diff, [join(dirname(output), "task.json"), output]);
    expect(stdout).toMatch(/ {2}TwistlockDefender: container +added: \S+\/tw_\[redacted\]\/twistlock\/defender:\S+\n/);
    expect(stdout).toMatch(/ {2}web: entryPoint, by the Console +begins with \S+/);
  });

  test("one of version 1.0.0, whose report lists less, differs in its task definitions alone", async () => {
    const output = await outputOf(SHOP);
    const earlier = join(dirname(output), "earlier");
    cpSync(output, earlier, { recursive: true });
    const file = join(earlier, "runtime-defense.json");
    const report = JSON.parse(readFileSync(file, "utf8"));
    for (const task of report.tasks) {
      task.changes = [{ container: "web", field: "environment", change: "added in other words" }];
    }
    writeFileSync(file, JSON.stringify(report));
    const outputs = [await invoke(diff, [earlier, output]), await invoke(diff, [output, earlier])];
    const equal = "Protected: 2 of 2 → 2 of 2 containers (100 % → 100 %).\nThe task definitions are equal.\n";
    expect(outputs.map(({ stdout }) => stdout)).toEqual([equal, equal]);
  });

  describe("an output that was altered by hand", () => {
    type Containers = { name: string; entryPoint?: string[]; [key: string]: unknown }[];

    async function alteredBy(change: (containers: Containers) => Containers) {
      const output = await outputOf(SHOP);
      const altered = join(dirname(output), "altered");
      cpSync(output, altered, { recursive: true });
      const file = join(altered, "stacks", "prisma-runtime-defense", "cdk.tf.json");
      const stack = JSON.parse(readFileSync(file, "utf8"));
      const resource = stack.resource.aws_ecs_task_definition["task-definition-shop"];
      resource.container_definitions = JSON.stringify(change(JSON.parse(resource.container_definitions)));
      writeFileSync(file, JSON.stringify(stack));
      return { output, altered };
    }

    test("without the Defender protects nothing", async () => {
      const { output, altered } = await alteredBy((all) => all.filter(({ name }) => name !== "TwistlockDefender"));
      const { status, stdout } = await invoke(diff, [output, altered]);
      expect(status).toBe(3);
      const reason = "not protected: container TwistlockDefender: expected one, got none.";
      expect(stdout).toContain(`Newly left out of protection\n  shop, web: ${reason}\n  shop, router: ${reason}\n`);
      expect(stdout).toContain(`  web: protection               protected → ${reason}\n`);
      expect(stdout).toContain("Protected: 2 of 2 → 0 of 2 containers (100 % → 0 %).");
      expect((await invoke(diff, [altered, altered])).stdout).toContain("Protected: 0 of 2 → 0 of 2 containers");
    });

    test("without a wrapper protects nothing", async () => {
      const { output, altered } = await alteredBy((all) =>
        all.map((one) => (one.name === "web" ? { ...one, entryPoint: ["/docker-entrypoint.sh"] } : one)),
      );
      const { stdout } = await invoke(diff, [output, altered]);
      expect(stdout).toContain("  shop, web: not protected: container web, entryPoint: expected to begin with");
      expect(stdout).toContain("Protected: 2 of 2 → 0 of 2 containers (100 % → 0 %).");
    });

    test("with a container as it was before doesn't protect that one", async () => {
      const [web] = SHOP.containerDefinitions;
      const { output, altered } = await alteredBy((all) => all.map((one) => (one.name === web?.name ? web : one)));
      const { stdout } = await invoke(diff, [output, altered]);
      expect(stdout).toContain("  shop, web: not protected: the Defender has not wrapped it.\n");
      expect(stdout).toContain("Protected: 2 of 2 → 1 of 2 containers (100 % → 50 %).");
    });

    test("with another image of the Defender shows the image", async () => {
      const { output, altered } = await alteredBy((all) =>
        all.map((one) => (one.name === "TwistlockDefender" ? { ...one, image: "mirror.example.com/d:1" } : one)),
      );
      const { stdout } = await invoke(diff, [output, altered]);
      expect(stdout).toMatch(/ {2}TwistlockDefender: image .* → mirror\.example\.com\/d:1\n/);
      expect(stdout).toContain("Protected: 2 of 2 → 2 of 2 containers (100 % → 100 %).");
    });
  });

  test("an incomplete output is refused", async () => {
    const output = await outputOf(SHOP);
    const broken = join(dirname(output), "broken");
    cpSync(output, broken, { recursive: true });
    writeFileSync(join(broken, "runtime-defense.json"), '{"tasks":[{}]}');
    expect((await invoke(diff, [output, broken])).problems).toEqual([
      `${broken}/runtime-defense.json is not as synth wrote it. Synthesize again.`,
    ]);
  });
});

test("a missing file ends the comparison and is named", async () => {
  const folder = newFolder();
  const { problems } = await invoke(diff, [EXAMPLE, join(folder, "none.json")]);
  expect(problems).toEqual([expect.stringMatching(/none\.json: there is no such file or folder\./)]);
});

describe("--format markdown", () => {
  const HOSTILE = "a|b `c` <script> [x](https://evil.example) @someone ##vso[task.complete] | d";

  test("renders as a heading, a list and a table, whatever the texts hold", async () => {
    const [before, after] = files((task) => {
      task.runtimeDefense = { exclude: { router: HOSTILE } };
      Object.assign(container(task, 0), { image: "nginx:1.28" });
    });
    const { status, stdout } = await invoke(diff, [before, after, "--format", "markdown"]);
    expect(status).toBe(3);
    const html = new MarkdownIt({ html: true, linkify: true }).render(stdout);
    expect(html.match(/<h2>|<h3>|<li>|<table>|<tr>|<td>/g)).toEqual(
      expect.arrayContaining(["<h2>", "<h3>", "<li>", "<table>", "<tr>", "<td>"]),
    );
    // A head and two rows of four cells.
    expect(html.match(/<tr>/g)).toHaveLength(3);
    expect(html.match(/<td>/g)).toHaveLength(8);
    expect(html).not.toMatch(/<script|<a |##vso/);
    expect(html).toContain("<td><code>nginx:1.27</code></td>\n<td><code>nginx:1.28</code></td>");
    expect(stdout).not.toMatch(/(?<!`[^`]*)@someone/);
  });

  test("shows what the text shows", async () => {
    const paths = files((task) => {
      task.runtimeDefense = { exclude: { router: "breaks when wrapped" } };
      task.memory = "2048";
      Object.assign(container(task, 0), { image: "nginx:1.28", environment: [] });
      Object.assign(container(task, 1), { essential: undefined, memory: 64 });
    });
    expect((await invoke(diff, [...paths, "--format", "markdown"])).stdout).toBe(
      [
        "## Runtime defense: what changes",
        "",
        "**1 of 1 tasks** differ. Protected: 2 of 2 → **1 of 2 containers** (100 % → 50 %).",
        "",
        "### ⚠ Newly left out of protection",
        "",
        "- `shop`, `router`: breaks when wrapped",
        "",
        "### shop",
        "",
        "| Where | What | Before | After |",
        "| --- | --- | --- | --- |",
        "| `web` | image | `nginx:1.27` | `nginx:1.28` |",
        "| `web` | environment | different |  |",
        "| `router` | protection | `protected` | **left out: breaks when wrapped** |",
        "| `router` | essential | `false` | — |",
        "| `router` | memory | — | `64` |",
        "| the task | memory | `1024` | `2048` |",
        "",
      ].join("\n"),
    );
  });

  test("of equal files says so", async () => {
    const { status, stdout } = await invoke(diff, [EXAMPLE, EXAMPLE, "--format", "markdown"]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: "## Runtime defense: what changes\n\nThe task definitions are equal.\n",
    });
  });

  test("of very many tasks fits into a comment", async () => {
    const folder = newFolder();
    for (let index = 0; index < 600; index++)
      writeFileSync(join(folder, `${index}.json`), JSON.stringify({ ...SHOP, family: `shop-${index}` }));
    const { stdout } = await invoke(diff, [EXAMPLE, folder, "--format", "markdown"]);
    expect(stdout.length).toBeLessThan(65_536);
    const [, others = ""] = /^(\d+) more tasks would make this comment too long\.$/m.exec(stdout) ?? [];
    expect(stdout.split("\n### ").length - 1 + Number(others)).toBe(601);
    expect(stdout).toContain("\n### shop-0 (added)\n");
  });

  test("of very many containers newly left out fits into a comment, and still shows tasks", async () => {
    const [before, after] = [newFolder(), newFolder()];
    for (let index = 0; index < 300; index++) {
      const task = { ...SHOP, family: `shop-${"x".repeat(240)}-${index}` };
      const runtimeDefense = { exclude: { router: "breaks when wrapped" } };
      writeFileSync(join(before, `${index}.json`), JSON.stringify(task));
      writeFileSync(join(after, `${index}.json`), JSON.stringify({ ...task, runtimeDefense }));
    }
    const { stdout } = await invoke(diff, [before, after, "--format", "markdown"]);
    expect(stdout.length).toBeLessThan(65_536);
    const [, others = ""] = /^(\d+) more containers would make this comment too long\.$/m.exec(stdout) ?? [];
    expect(stdout.match(/^- `shop-x+-\d+`, `router`: breaks when wrapped$/gm)).toHaveLength(300 - Number(others));
    expect(stdout).toMatch(/^### shop-x+-0$/m);
  });
});

test("the text is the same on every run, and the file is not changed", async () => {
  const [before, after] = files((task) => Object.assign(container(task, 0), { image: "nginx:1.28" }));
  expect(await invoke(diff, [before, after])).toEqual(await invoke(diff, [before, after]));
  expect(readFileSync(before, "utf8")).toBe(JSON.stringify(SHOP));
});
