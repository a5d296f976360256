import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";

import { OutputError } from "../../lib/errors";
import { discardOutput, guarded, prepareOutput, publish } from "../../lib/stack/output-folder";
import { pathsOf } from "../../lib/stack/output-paths";
import { text } from "../../lib/text/safe-text";
import { filesIn } from "../entry";
import { inFolder } from "./synthesize";

const { stackFile: STACK_FILE, secretFile: SECRET_FILE, versionFile: VERSION_FILE } = pathsOf("prisma-runtime-defense");

const OURS = ["manifest.json", STACK_FILE, VERSION_FILE, SECRET_FILE, "runtime-defense.md", "runtime-defense.json"];
const FOREIGN = "stacks/prisma-runtime-defense/.terraform/providers";

test("the output of an earlier run is removed, even a killed one's, and others' files are kept", () => {
  inFolder((folder) => {
    const foreign = ["stacks/.DS_Store", FOREIGN, `${STACK_FILE}.old`, `${SECRET_FILE}.old`];
    for (const path of [...OURS, ...foreign, ".staging-abc123/stacks/x/cdk.tf.json"]) write(folder, path);
    const staging = prepareOutput(folder);
    expect(filesIn(folder)).toEqual(foreign);
    expect(dirname(staging)).toBe(folder);
    expect(readdirSync(staging)).toEqual([]);
  });
});

test.each(["stacks", "stacks/prisma-runtime-defense", STACK_FILE, "manifest.json"])(
  "a link in place of %s is refused, and its target is kept",
  (path) => {
    inFolder((folder) => {
      const [out, elsewhere] = [join(folder, "cdktf.out"), join(folder, "elsewhere")];
      write(elsewhere, "prisma-runtime-defense/cdk.tf.json");
      mkdirSync(dirname(join(out, path)), { recursive: true });
      symlinkSync(elsewhere, join(out, path));
      expect(() => prepareOutput(out)).toThrow(
        new OutputError([text`${join(out, path)} is a link, which leads out of the output. Remove it.`]),
      );
      expect(filesIn(elsewhere)).toEqual(["prisma-runtime-defense/cdk.tf.json"]);
    });
  },
);

test.each(["x.tofu", "x.tofu.json", "zz_override.tf.json", "b_override.tf", "zz.auto.tfvars.json", "terraform.tfvars"])(
  "a file that Terraform would read beside the stack stops the run: %s",
  (name) => {
    inFolder((folder) => {
      write(folder, `stacks/prisma-runtime-defense/${name}`);
      expect(() => prepareOutput(folder)).toThrow(
        `${folder}/stacks/prisma-runtime-defense/${name} would change what Terraform does: move it away.`,
      );
    });
  },
);

test("a failed run removes the folder that it created", () => {
  inFolder((folder) => {
    const out = join(folder, "a/cdktf.out");
    const staging = prepareOutput(out);
    for (const path of OURS) write(out, path);
    write(staging, "manifest.json");
    discardOutput(out);
    expect(existsSync(out)).toBe(false);
  });
});

test("a failed run keeps the files that aren't its own", () => {
  inFolder((folder) => {
    prepareOutput(folder);
    for (const path of [...OURS, FOREIGN, "notes.txt"]) write(folder, path);
    discardOutput(folder);
    expect(filesIn(folder)).toEqual(["notes.txt", FOREIGN]);
  });
});

test("discarding an output that doesn't exist is not an error", () => {
  inFolder((folder) => expect(() => discardOutput(join(folder, "nothing"))).not.toThrow());
});

test("all prepared files are published, a secret only for its owner", () => {
  inFolder((folder) => {
    const staging = prepareOutput(folder);
    for (const path of ["manifest.json", STACK_FILE]) write(staging, path);
    publish(folder, staging, [
      { path: "runtime-defense.md", content: "text" },
      { path: SECRET_FILE, content: "secret", secret: true },
    ]);
    expect(filesIn(folder)).toEqual(["manifest.json", "runtime-defense.md", STACK_FILE, SECRET_FILE].sort());
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
    expect(statSync(join(folder, SECRET_FILE)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, SECRET_FILE), "utf8")).toBe("secret");
  });
});

test("if a file can't be published, the manifest isn't either", () => {
  inFolder((folder) => {
    const staging = prepareOutput(folder);
    for (const path of ["manifest.json", STACK_FILE]) write(staging, path);
    write(folder, "stacks/prisma-runtime-defense/cdk.tf.json/a-folder-in-its-place");
    expect(() => publish(folder, staging, [])).toThrow(OutputError);
    expect(existsSync(join(folder, "manifest.json"))).toBe(false);
  });
});

test.each([
  ["EACCES", "no permission; change its owner or its mode"],
  ["EPERM", "no permission; change its owner or its mode"],
  ["EROFS", "it is on a read-only file system"],
  ["ENOSPC", "no space is left on the device; make room"],
  ["EFBIG", "a file would exceed the limit on file sizes (ulimit -f); raise it"],
  ["ENOTDIR", "a file is in its place; move that away"],
  ["EEXIST", "a file is in its place; move that away"],
  ["EISDIR", "a folder is where a file belongs; move that away"],
  ["ENOENT", "the folder that it belongs in does not exist; create it"],
  ["EMFILE", "the system refuses it; check the disk, and what else uses it"],
])("%s from the system becomes a sentence", (code, reason) => {
  const write = () => {
    throw Object.assign(new Error("refused"), { code, syscall: "write" });
  };
  expect(() => guarded("cdktf.out", write)).toThrow(
    new OutputError([text`cdktf.out can't be written: ${reason} (${code}).`]),
  );
});

test("a used-up disk quota, for which Node has no code, becomes a sentence", () => {
  const write = () => {
    throw Object.assign(new Error("refused"), { code: "UNKNOWN", errno: -constants.errno.EDQUOT, syscall: "write" });
  };
  expect(() => guarded("cdktf.out", write)).toThrow(
    new OutputError([text`cdktf.out can't be written: the disk quota is used up; make room (EDQUOT).`]),
  );
});

test("an error of another kind is thrown unchanged", () => {
  const defect = new TypeError("defect");
  const write = () => {
    throw defect;
  };
  expect(() => guarded("cdktf.out", write)).toThrow(defect);
});

const canBeRefused = process.getuid?.() !== 0;
(canBeRefused ? test : test.skip)("a folder without permission is named (not as root, who has all)", () => {
  inFolder((folder) => {
    const out = join(folder, "cdktf.out");
    mkdirSync(out);
    chmodSync(out, 0o500);
    expect(() => prepareOutput(out)).toThrow(/can't be written: no permission/);
    chmodSync(out, 0o700);
  });
});

test.each(["cdktf.out", "cdktf.out/stacks"])("a file in place of %s is named", (path) => {
  inFolder((folder) => {
    write(folder, path);
    const out = join(folder, "cdktf.out");
    expect(() => prepareOutput(out)).toThrow(
      /^.*cdktf\.out can't be written: a file is in its place; move that away \(/,
    );
  });
});

function write(folder: string, path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), "");
}
