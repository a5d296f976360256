import type { Talk } from "../http/retry";
import type { Settings } from "../settings/settings";
import { readTasks } from "../task/read-tasks";
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
  { environment, folder }: Invocation,
  talk: Talk,
): Promise<readonly Task[]> {
  const { defaultsPath, images } = settings.tasks;
  return readTasks(path, {
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
  });
}
