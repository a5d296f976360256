import { ImageError, type RegistryError } from "../errors";
import type { ImageConfig } from "../registry/read-image";
import { quote, type SafeText, text } from "../text/safe-text";
import { checkText } from "./check-text";
import { collect } from "./finding";
import { type Location, type Remark, remarkAt } from "./source";
import type { Task } from "./task";

/** Image name → the image's configuration, or why it can't be read. */
type Answers = ReadonlyMap<string, ImageConfig | RegistryError>;

export type LookUp = (images: readonly string[]) => Promise<Answers>;

/** A container whose entry point is to be read from its image. */
export type OpenEntryPoint = {
  readonly index: number;
  readonly image: string;
  /** The command in the task definition. */
  readonly command: readonly string[] | undefined;
  readonly place: Location;
};

/** A container and its image's configuration, but `entryPoint` and `command` are what the container starts. */
type FoundWords = OpenEntryPoint & ImageConfig;

/** Returns what the containers start according to their images, and a problem for each one where that isn't known. */
export function wordsOf(
  open: readonly OpenEntryPoint[],
  answers: Answers,
): { readonly words: readonly FoundWords[]; readonly problems: readonly Remark[] } {
  const words: FoundWords[] = [];
  const problems: Remark[] = [];
  for (const container of open) {
    const found = wordsFor(container, answers);
    if ("entryPoint" in found) words.push({ ...container, ...found });
    else problems.push(...found.map((sentence) => remarkAt(container.place, sentence)));
  }
  return { words, problems };
}

/** Returns what a container starts, or why that isn't known. */
function wordsFor({ image, command }: OpenEntryPoint, answers: Answers): ImageConfig | readonly SafeText[] {
  const answer = answers.get(image);
  if (!answer) throw new Error(`${image} was not looked up`);
  if (answer instanceof ImageError) return answer.sentences;
  if (answer instanceof Error) return answer.sentences.map(withWayOut);
  const words = processWords(answer, command);
  if (!words) return [text`the image ${quote(image)} has neither ENTRYPOINT nor CMD. Write entryPoint.`];
  if (words.entryPoint[0] === "") return [text`the image ${quote(image)} starts "" as its program. Write entryPoint.`];
  const { problems } = collect(checkText([...words.entryPoint, ...words.command]));
  if (problems.shown.length === 0) return { ...answer, ...words };
  return problems.shown.map((problem) => text`ENTRYPOINT or CMD of the image ${quote(image)} ${problem.text()}`);
}

function withWayOut(sentence: SafeText): SafeText {
  return text`${sentence} Or write entryPoint (and command): then no registry is asked.`;
}

/** Returns the task with the data read from its images written into its definition. */
export function withWords(task: Task, words: readonly FoundWords[]): Task {
  const byIndex = new Map(words.map((found) => [found.index, found]));
  const containerDefinitions = task.definition.containerDefinitions.map((container, index) => {
    const found = byIndex.get(index);
    if (!found) return container;
    const { command: _, ...others } = container;
    return {
      ...others,
      image: task.runtimeDefense.entryPoint.pin ? found.pinned : container.image,
      entryPoint: [...found.entryPoint],
      ...(found.command.length > 0 && { command: [...found.command] }),
    };
  });
  const inits = words.filter(({ entryPoint }) => entryPoint[0] === "/init");
  return {
    ...task,
    definition: { ...task.definition, containerDefinitions },
    lookedUp: words.map(({ index, digest, entryPoint, command }) => ({
      container: containerDefinitions[index]?.name ?? "",
      digest,
      entryPoint,
      command,
    })),
    notices: [...task.notices, ...inits.map(({ place }) => remarkAt(place, INIT))],
  };
}

/** What a container starts: `entryPoint` followed by `command`. */
type ProcessWords = Pick<ImageConfig, "entryPoint" | "command">;

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

const INIT = text`its image starts /init (s6-overlay), which must be process 1, but the Defender's wrapper is. Test it, or exclude the container.`;
