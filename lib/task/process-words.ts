/** What a container starts: `entryPoint` followed by `command`. */
export type ProcessWords = { readonly entryPoint: readonly string[]; readonly command: readonly string[] };

/**
 * Returns the words that the task definition needs so that ECS starts what Docker would: the image's entry point
 * followed by the task's command, or else by the image's. They are written out, because an entry point in a task
 * definition discards the image's command. An image without entry point starts the first word of its command.
 *
 * @returns undefined when there are none at all
 */
export function processWords(image: ProcessWords, taskCommand: readonly string[] = []): ProcessWords | undefined {
  const command = taskCommand.length > 0 ? taskCommand : image.command;
  if (image.entryPoint.length > 0) return { entryPoint: image.entryPoint, command };
  const [program, ...rest] = command;
  return program === undefined ? undefined : { entryPoint: [program], command: rest };
}
