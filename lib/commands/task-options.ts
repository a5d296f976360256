import { defined } from "../defined";
import type { RunContext } from "../http/retry";
import type { ProtectOptions } from "../protection/protect-tasks";
import type { StructureFacts } from "../protection/structure";
import type { DefenderSettings } from "../settings/defender-images";
import type { Settings } from "../settings/settings";
import type { ReadOptions } from "../task/read-tasks";
import type { Invocation } from "./command";

/**
 * The options for reading a run's task definitions, from its settings.
 *
 * @param stack the one that the tasks are for; undefined for none
 */
export function readOptions(
  settings: Pick<Settings, "tasks" | "network" | "registry">,
  stack: ReadOptions["stack"],
  { environment, projectFolder }: Invocation,
  context: RunContext,
): ReadOptions {
  const { defaultsPath, images } = settings.tasks;
  return {
    signal: context.signal,
    projectFolder,
    defaultsPath,
    images,
    stack,
    lookUp: async (names) => {
      // Loaded only here: most runs need no registry.
      const { imageConfigs } = await import("../registry/read-images");
      return imageConfigs(names, { ...settings, environment }, context);
    },
  };
}

/** The options for protecting a run's tasks, from its settings. */
export function protectOptions(
  { console, defenderRegistry, network, stack }: Settings,
  signal: AbortSignal,
): ProtectOptions {
  const { consoleAddress } = console;
  return defined({ consoleAddress, defenderRegistry, region: stack.region, concurrency: network.concurrency, signal });
}

/** The facts that a task definition without its original is checked against. */
export function structureFacts({ defenderRegistry, defenderImages, consoleAddress }: DefenderSettings): StructureFacts {
  return defined({ images: defined({ registry: defenderRegistry, copies: defenderImages }), consoleAddress });
}
