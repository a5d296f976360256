import { notice, problem, quoted, type Step } from "./finding";
import type { RuntimeDefense } from "./runtime-defense";
import type { ContainerDefinition, TaskDefinition } from "./schema";

/** Whether there is an entry point to be wrapped, for every container that isn't left out. */
export function* checkEntryPoints(task: TaskDefinition, { exclude, entryPoint }: RuntimeDefense): Step {
  const wrapped = task.containerDefinitions.filter(({ name }) => !Object.hasOwn(exclude, name));
  for (const container of wrapped) {
    // In that case it was refused as an unknown key already.
    const reason =
      container.entryPoint || "EntryPoint" in container ? undefined : missing(container, entryPoint.extract);
    if (reason) yield problem(`containerDefinitions[${container.name}] (image ${quoted(container.image)}) ${reason}`);
  }
  if (!entryPoint.extract && (entryPoint.registryType ?? entryPoint.registryCredentialId) !== undefined) {
    yield notice("runtimeDefense.entryPoint names a registry, which is unused without extract: true.");
  }
}

function missing(container: ContainerDefinition, isExtracted: boolean): string | undefined {
  const { name, command, firelensConfiguration } = container;
  const restarts = "it would restart for ever once wrapped. Write entryPoint";
  const exclude = "or leave it out with a reason by runtimeDefense.exclude.";
  if (firelensConfiguration) {
    const proposal = JSON.stringify({ exclude: { [name]: "FireLens router, its image has no entrypoint" } });
    return `is a FireLens router without entryPoint, which breaks when wrapped. Add "runtimeDefense": ${proposal}.`;
  }
  if (command) {
    const why = "has a command but no entryPoint, and the command switches the Console's extraction off for it";
    return `${why}: ${restarts} as the image has it, ${exclude}`;
  }
  if (isExtracted) return undefined;
  const extract = "set runtimeDefense.entryPoint.extract";
  return `has no entryPoint: ${restarts} (and command) as the image has it, ${extract}, ${exclude}`;
}
