import { diffAsText } from "../report/diff/as-text";
import { compareSides } from "../report/diff/compare-sides";
import { styleOf } from "../report/style";
import { parseSettingsWithoutConsole } from "../settings/settings";
import { print } from "../text/print";
import type { Command } from "./command";
import { readSide } from "./read-side";

const SIDE = "a task definition file, a folder of them, or an output folder of synth";
const OLD_DEFAULTS = "old-defaults";

export const diff: Command = {
  name: "diff",
  purpose:
    "what a change does to tasks and to their protection: containers, images, sizes, roles, what is newly left out. Exit status 0 equal, 3 different",
  operands: [
    { name: "OLD", meaning: `${SIDE}, before the change` },
    { name: "NEW", meaning: "the same after it" },
  ],
  options: [
    {
      name: OLD_DEFAULTS,
      value: "FILE",
      meaning: "the fleet's defaults for OLD, '' for none. Without it RUNTIME_DEFENSE_DEFAULTS applies to both",
    },
    { name: "format", value: ["text", "markdown"], meaning: "for people, or for the comment on a pull request" },
  ],
  run: async ({ stdout, environment, projectFolder, signal }, { operands: [older = "", newer = ""], value }) => {
    const { tasks } = parseSettingsWithoutConsole(environment);
    const { defaultsPath, images } = tasks;
    // A side doesn't need to have all containers that CONTAINER_IMAGES names: the change may add or remove some.
    // No stack, so that secrets aren't checked against SECRET_ARNS, which may have changed with the tasks.
    const options = { projectFolder, signal, defaultsPath, images, allowUnusedImages: true };
    const oldDefaults = value(OLD_DEFAULTS);
    const ofOld =
      oldDefaults === undefined ? {} : { defaultsPath: oldDefaults || undefined, defaultsFrom: `--${OLD_DEFAULTS}` };
    const found = compareSides(await readSide(older, { ...options, ...ofOld }), await readSide(newer, options));
    const isMarkdown = value("format") === "markdown";
    const output = isMarkdown
      ? (await import("../report/diff/as-markdown")).diffAsMarkdown(found)
      : diffAsText(found, styleOf(stdout, environment));
    await print(stdout, output);
    return found.tasks.length > 0 ? 3 : 0;
  },
};
