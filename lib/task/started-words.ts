/** What a container names, or its image: Docker's ENTRYPOINT and CMD. */
export type Words = { readonly entryPoint: readonly string[]; readonly command: readonly string[] };

/**
 * The entry point and command to write into a container that names no entry point, so that the same process starts as
 * from the image itself: the image's entry point, followed by the task's command or else by the image's. An entry point in
 * ECS discards the image's command, so that has to be written, too. Undefined when neither names a program.
 */
export function startedWords(image: Words, taskCommand: readonly string[] = []): Words | undefined {
  const command = taskCommand.length > 0 ? taskCommand : image.command;
  // Without an entry point the command's first word is the program.
  const [entryPoint, rest] =
    image.entryPoint.length > 0 ? [image.entryPoint, command] : [command.slice(0, 1), command.slice(1)];
  return entryPoint[0] ? { entryPoint, command: rest } : undefined;
}

/** Whether the program must be process 1, which the Defender is then: s6-overlay's init refuses to start. */
export function mustBeFirst({ entryPoint }: Words): boolean {
  return entryPoint[0] === "/init";
}
