import type { Talk } from "../http/retry";
import type { Settings } from "../settings/settings";
import { type ReadOptions, readTasks } from "../task/read-tasks";
import type { Task } from "../task/task";
import type { Invocation } from "./command";

/**
 * The task definitions of a file or folder, with what the settings lay under and over them, and with the entry points
 * that they don't name read from the images.
 *
 * @param secretArns what the role of the stack may read; none without a stack
 * @throws TaskFileError with every problem; the signal's reason.
 */
export function readUnprotected(
  path: string,
  settings: Pick<Settings, "tasks" | "network" | "registry">,
  secretArns: readonly string[] | undefined,
  invocation: Invocation,
  talk: Talk,
): Promise<readonly Task[]> {
  return readTasks(path, readOptions(settings, secretArns, invocation, talk));
}

/** What a run's settings say of reading its task definitions. */
export function readOptions(
  settings: Pick<Settings, "tasks" | "network" | "registry">,
  secretArns: readonly string[] | undefined,
  { environment, folder }: Invocation,
  talk: Talk,
): ReadOptions {
  const { defaultsPath, images } = settings.tasks;
  return {
    signal: talk.signal,
    folder,
    defaultsPath,
    images,
    secretArns,
    lookUp: async (names) => {
      // Loaded only here: most runs need no registry.
      const { imageConfigs } = await import("../registry/read-images");
      return imageConfigs(names, { ...settings, environment }, talk);
    },
  };
}
