"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const [TASKS, IMAGES, LATENCY_MS] = [200, 50, 50];

exports.FLEET = `${TASKS} tasks with ${IMAGES} images, the registry at ${LATENCY_MS} ms`;

/**
 * Makes two folders of the same tasks: one with entry points, one whose entry points are read from a registry's images.
 *
 * @param {string} folder
 * @param {(tasks: { written: string, lookedUp: string }) => void} use
 */
exports.withImages = async (folder, use) => {
  const program = [path.join(__dirname, "image-registry.cjs"), String(IMAGES), String(LATENCY_MS)];
  const registry = spawn(process.execPath, program, { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const host = await new Promise((resolve, reject) => {
      registry.once("exit", () => reject(new Error("The registry didn't start.")));
      registry.stdout.once("data", (text) => resolve(String(text).trim()));
    });
    use({
      written: tasksIn(path.join(folder, "written"), host, true),
      lookedUp: tasksIn(path.join(folder, "looked-up"), host, false),
    });
  } finally {
    registry.kill();
  }
};

function tasksIn(folder, host, isWritten) {
  fs.mkdirSync(folder);
  const original = JSON.parse(fs.readFileSync(path.join(root, "local-console/example.json"), "utf8"));
  const [{ entryPoint: _, command: __, ...container }] = original.containerDefinitions;
  for (let index = 0; index < TASKS; index++) {
    const image = index % IMAGES;
    const words = isWritten ? { entryPoint: [`/image-${image}`], command: ["serve"] } : {};
    const family = `fleet-${String(index).padStart(4, "0")}`;
    const containers = [{ ...container, image: `${host}/bench/image-${image}:1`, ...words }];
    const task = { ...original, family, containerDefinitions: containers };
    fs.writeFileSync(path.join(folder, `${family}.json`), JSON.stringify(task));
  }
  return folder;
}
