import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { copyProject, type ProjectCopy } from "./project-copy";

// .ci/changes in a repository of its own: HEAD^1 is the target branch, HEAD the pull request.

const SHOP = {
  family: "shop",
  cpu: "512",
  memory: "1024",
  executionRoleArn: "arn:aws:iam::111122223333:role/shop",
  containerDefinitions: [
    { name: "web", image: "nginx:1.27", entryPoint: ["/docker-entrypoint.sh"] },
    { name: "router", image: "fluent-bit:3", entryPoint: ["/run"], essential: false },
  ],
};
const TASK = JSON.stringify(SHOP);
const CHANGED = TASK.replace("nginx:1.27", "nginx:1.28");
const LEAVES_OUT = JSON.stringify({ runtimeDefense: { exclude: { router: "breaks when wrapped" } } });
const NOTHING_LEFT_OUT = JSON.stringify({ runtimeDefense: {} });
const EQUAL = "## Runtime defense: what changes\n\nThe task definitions are equal.\n";
const LEFT_OUT = /Newly left out of protection\**\n\n- .*shop.*router.*breaks when wrapped/;

type Files = Readonly<Record<string, string>>;

let project: ProjectCopy;
let start: string;
/** Where the script makes its temporary folder. */
let temporary: string;
let home: string;

beforeAll(() => {
  project = copyProject();
  git("init", "--quiet", "--initial-branch", "main");
  commit();
  start = git("rev-parse", "HEAD").trim();
  [temporary = "", home = ""] = ["changes-", "home-"].map((prefix) => mkdtempSync(join(tmpdir(), prefix)));
});

afterEach(() => {
  expect(readdirSync(temporary)).toEqual([]);
  expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
});

afterAll(() => {
  for (const folder of [temporary, home]) rmSync(folder, { recursive: true });
  project.remove();
});

function git(...args: readonly string[]): string {
  const settings = ["user.name=a", "user.email=a@example.com", "advice.detachedHead=false"];
  return execFileSync("git", [...settings.flatMap((setting) => ["-c", setting]), ...args], {
    cwd: project.folder,
    encoding: "utf8",
  });
}

function commit(): void {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", "one");
}

/** Makes HEAD^1 hold the files of `target`, and HEAD those of `changed` instead. */
function pullRequest(target: Files, changed: Files): void {
  git("checkout", "--quiet", "--force", "--detach", start);
  git("clean", "--quiet", "--force", "-d", "--exclude", "node_modules");
  write(target);
  commit();
  for (const path of Object.keys(target)) rmSync(join(project.folder, path));
  write(changed);
  commit();
  mergeIntoParent();
}

/** Replaces HEAD by its merge into HEAD^1, which a pull request's checkout is. */
function mergeIntoParent(): void {
  const merge = git("commit-tree", "-m", "merge", "-p", "HEAD^1", "-p", "HEAD", "HEAD^{tree}");
  git("reset", "--quiet", "--hard", merge.trim());
}

function write(files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project.folder, path)), { recursive: true });
    writeFileSync(join(project.folder, path), content);
  }
}

type Place = {
  /** Where the script is started. */
  readonly folder?: string;
  readonly script?: string;
  readonly environment?: Readonly<Record<string, string>>;
};

function changes(args: readonly string[], { folder = project.folder, script, environment = {} }: Place = {}) {
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary, ...environment };
  const file = script ?? join(project.folder, ".ci/changes");
  const { status, stdout, stderr } = spawnSync("bash", [file, ...args], { cwd: folder, env, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("the fleet's defaults", () => {
  const environment = { RUNTIME_DEFENSE_DEFAULTS: "fleet.json" };

  test.each([
    ["that newly leave a container out", { "fleet.json": NOTHING_LEFT_OUT }],
    ["that are new", {}],
  ])("%s are shown", (_, target) => {
    pullRequest({ "tasks/shop.json": TASK, ...target }, { "tasks/shop.json": TASK, "fleet.json": LEAVES_OUT });
    for (const RUNTIME_DEFENSE_DEFAULTS of ["fleet.json", join(project.folder, "fleet.json"), " fleet.json "]) {
      // The variable's path is relative to the project's folder, wherever the script is started.
      const place = { folder: join(project.folder, "lib"), environment: { RUNTIME_DEFENSE_DEFAULTS } };
      const { status, stdout, stderr } = changes(["../tasks"], place);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(LEFT_OUT);
    }
  });

  test("are each side's own when a task's file replaces them", () => {
    const excluding = JSON.stringify({ ...SHOP, ...JSON.parse(LEAVES_OUT) });
    pullRequest(
      { "tasks/shop.json": TASK, "fleet.json": LEAVES_OUT },
      { "tasks/shop.json": excluding, "fleet.json": NOTHING_LEFT_OUT },
    );
    expect(changes(["tasks"], { environment })).toEqual({ status: 0, stdout: EQUAL, stderr: "" });
  });

  test("that the pipeline itself provides apply to both sides", () => {
    const both = { "tasks/shop.json": TASK };
    pullRequest(both, both);
    write({ "fleet.json": LEAVES_OUT });
    const outside = join(tmpdir(), `${project.folder.split("/").at(-1)}-fleet.json`);
    writeFileSync(outside, LEAVES_OUT);
    for (const RUNTIME_DEFENSE_DEFAULTS of ["fleet.json", outside, "$(RUNTIME_DEFENSE_DEFAULTS)"]) {
      const outcome = changes(["tasks"], { environment: { RUNTIME_DEFENSE_DEFAULTS } });
      expect(outcome).toEqual({ status: 0, stdout: EQUAL, stderr: "" });
    }
    rmSync(outside);
  });
});

describe("the path", () => {
  const nested = { "tasks/web/shop.json": TASK };

  // No test of these changes the repository.
  beforeAll(() => pullRequest(nested, { "tasks/web/shop.json": CHANGED }));

  test.each<[string, (folder: string) => string, string]>([
    ["relative", () => "tasks", "."],
    ["relative to a subfolder", () => "shop.json", "tasks/web"],
    ["leading out of a subfolder", () => "../tasks/web/", "lib"],
    ["absolute", (folder) => join(folder, "tasks"), "."],
    ["absolute, from a subfolder", (folder) => join(folder, "tasks/web/shop.json"), "lib"],
  ])("is found in both branches: %s", (_, path, folder) => {
    const { status, stdout, stderr } = changes([path(project.folder)], { folder: join(project.folder, folder) });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("`nginx:1.28`");
  });

  test("is found through a link to the repository", () => {
    const link = join(home, "link");
    symlinkSync(project.folder, link);
    expect(changes([join(link, "tasks")]).stdout).toContain("`nginx:1.28`");
    unlinkSync(link);
  });

  test.each(["/etc/hostname", "../elsewhere", ".."])("outside of the repository is refused: %s", (path) => {
    expect(changes([path])).toEqual({
      status: 1,
      stdout: "",
      stderr: `${path} is outside of the repository ${realpathSync(project.folder)}: the target branch has nothing to compare it with. Check TASK_DEFINITION_PATH.\n`,
    });
  });

  test.each([[[]], [[""]], [["a", "b"]]])("is needed once: %j is refused with the usage", (args) => {
    expect(changes(args)).toEqual({ status: 1, stdout: "", stderr: "Usage: .ci/changes PATH\n" });
  });

  test("isn't looked for in the folders of CDPATH", () => {
    const decoy = mkdtempSync(join(tmpdir(), "decoy-"));
    mkdirSync(join(decoy, ".ci"));
    const { stdout, stderr } = changes(["tasks"], { script: ".ci/changes", environment: { CDPATH: decoy } });
    rmSync(decoy, { recursive: true });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^## Runtime defense: what changes\n[\s\S]*`nginx:1\.28`/);
  });
});

test("a link in the repository is followed as each branch has it", () => {
  pullRequest({ "tasks/shop.json": TASK, "other/shop.json": CHANGED }, {});
  git("checkout", "--quiet", "HEAD^1");
  symlinkSync("tasks", join(project.folder, "current"));
  commit();
  unlinkSync(join(project.folder, "current"));
  symlinkSync("other", join(project.folder, "current"));
  commit();
  mergeIntoParent();
  expect(changes(["current"]).stdout).toContain("`nginx:1.28`");
});

describe("the target branch's files are taken without", () => {
  test.each<[string, string, (folder: string) => string]>([
    ["what Git LFS keeps elsewhere", "filter.lfs.smudge", () => 'test "$GIT_LFS_SKIP_SMUDGE" = 1 && cat'],
    ["the repository's hooks", "core.hooksPath", (folder) => folder],
  ])("%s", (_, setting, value) => {
    const others = {
      ".gitattributes": "*.bin filter=lfs\n",
      "logo.bin": "version https://git-lfs.github.com/spec/v1\n",
    };
    pullRequest({ "shop.json": TASK, ...others }, { "shop.json": CHANGED, ...others });
    const hooks = mkdtempSync(join(tmpdir(), "hooks-"));
    writeFileSync(join(hooks, "post-checkout"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    git("config", "filter.lfs.required", "true");
    git("config", setting, value(hooks));
    const { status, stdout, stderr } = changes(["shop.json"]);
    git("config", "--unset", setting);
    git("config", "--unset", "filter.lfs.required");
    rmSync(hooks, { recursive: true });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("`nginx:1.28`");
  });
});

describe("what can't be compared", () => {
  const BROKEN = TASK.replace('"image"', '"imgae"');

  test("because of the pull request's own file says so, with the problem in the log once", () => {
    pullRequest({ "shop.json": TASK }, { "shop.json": BROKEN });
    const { status, stdout, stderr } = changes(["shop.json"]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout:
        "The pull request can't be compared, because its own files or variables have problems: the log says which.\n",
    });
    expect(stderr.match(/imgae/g)).toHaveLength(1);
  });

  test("because of the target branch's file says so", () => {
    pullRequest({ "shop.json": BROKEN }, { "shop.json": TASK });
    const { status, stdout, stderr } = changes(["shop.json"]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: "The target branch can't be compared with: the log says why.\n",
    });
    expect(stderr).toContain("imgae");
  });

  test("because the pull request removes it says so", () => {
    pullRequest({ "tasks/shop.json": TASK }, {});
    expect(changes(["tasks/shop.json"])).toEqual({
      status: 0,
      stdout: "The pull request removes all of `tasks/shop.json`.\n",
      stderr: "",
    });
  });

  test("because the clone has no target branch is refused, with the depth to fetch", () => {
    pullRequest({ "shop.json": TASK }, { "shop.json": CHANGED });
    const clone = join(home, "clone");
    git("clone", "--quiet", "--depth", "1", `file://${project.folder}`, clone);
    const outcome = changes(["shop.json"], { folder: clone, script: ".ci/changes" });
    rmSync(clone, { recursive: true });
    expect(outcome).toEqual({
      status: 1,
      stdout: "",
      stderr: "HEAD^1, the target branch, is not in this clone: fetch with a depth of 2.\n",
    });
  });

  test("because the checkout is the branch itself, whose first parent is its own earlier commit, is refused", () => {
    pullRequest({ "shop.json": TASK }, { "shop.json": CHANGED });
    git("checkout", "--quiet", "HEAD^2");
    expect(changes(["shop.json"])).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "HEAD is not the merge of the pull request into the target branch, so HEAD^1 is not the target branch: check out that merge.\n",
    });
  });

  test("because git can't add a worktree leaves no temporary folder", () => {
    pullRequest({ "shop.json": TASK }, { "shop.json": CHANGED });
    const bin = mkdtempSync(join(tmpdir(), "bin-"));
    const real = execFileSync("bash", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    const script = `#!/bin/bash\n[[ " $* " != *" worktree add "* ]] || { echo "fatal: no space left" >&2; exit 128; }\nexec ${real} "$@"\n`;
    writeFileSync(join(bin, "git"), script, { mode: 0o755 });
    const outcome = changes(["shop.json"], { environment: { PATH: `${bin}:${process.env.PATH}` } });
    rmSync(bin, { recursive: true });
    expect(outcome).toEqual({ status: 128, stdout: "", stderr: "fatal: no space left\n" });
  });
});
