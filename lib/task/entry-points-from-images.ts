import type { RegistryError } from "../errors";
import type { ImageConfig } from "../registry/image-config";
import { quote, type SafeText, text } from "../text/safe-text";
import { checkText } from "./check-text";
import { collect } from "./finding";
import { type ProcessWords, processWords } from "./process-words";
import { type Place, type Remark, remarkAt } from "./source";
import type { LookedUp, ParsedTask } from "./task";

/** What images say of themselves, or why that can't be read, by the images' names. */
export type LookUp = (images: readonly string[]) => Promise<ReadonlyMap<string, ImageConfig | RegistryError>>;

/** A container whose entry point is to be read from its image. */
export type OpenEntryPoint = {
  readonly index: number;
  readonly image: string;
  /** The task's own. */
  readonly command: readonly string[] | undefined;
  readonly place: Place;
};

export type Answered = {
  readonly task: ParsedTask;
  readonly lookedUp: readonly LookedUp[];
  readonly notices: readonly Remark[];
};

type Answers = Awaited<ReturnType<LookUp>>;

/** Why the images can't say what the containers start. */
export function lookUpProblems(open: readonly OpenEntryPoint[], answers: Answers): readonly Remark[] {
  return open.flatMap((container) => {
    const found = wordsFor(container, answers);
    return "refused" in found ? found.refused.map((sentence) => remarkAt(container.place, sentence)) : [];
  });
}

/** Writes what the images say into the task definition. */
export function withLookedUpWords(task: ParsedTask, open: readonly OpenEntryPoint[], answers: Answers): Answered {
  return open.reduce<Answered>((before, container) => withWords(before, container, wordsFor(container, answers)), {
    task,
    lookedUp: [],
    notices: [],
  });
}

type Found =
  | { readonly words: ProcessWords; readonly digest: string; readonly pinned: string }
  | { readonly refused: readonly SafeText[] };

function wordsFor({ image, command }: OpenEntryPoint, answers: Answers): Found {
  const answer = answers.get(image);
  if (!answer) throw new Error(`${image} was not looked up`);
  if (answer instanceof Error) return { refused: answer.problems.map((problem) => text`${problem}`) };
  const words = processWords(answer, command);
  if (!words) return { refused: [text`the image ${quote(image)} has neither ENTRYPOINT nor CMD. Write entryPoint.`] };
  if (words.entryPoint[0] === "") {
    return { refused: [text`the image ${quote(image)} starts an empty word. Write entryPoint.`] };
  }
  const { problems } = collect(checkText([...words.entryPoint, ...words.command]));
  if (problems.shown.length === 0) return { words, digest: answer.digest, pinned: answer.pinned };
  return { refused: problems.shown.map((problem) => text`a word of the image ${quote(image)} ${problem.text()}`) };
}

function withWords(before: Answered, { index, place, image }: OpenEntryPoint, found: Found): Answered {
  const { definition, runtimeDefense } = before.task;
  const container = definition.containerDefinitions[index];
  if (!container || "refused" in found) throw new Error(`container ${index} has no words`);
  const { words, digest, pinned } = found;
  const { command: _, ...others } = container;
  const changed = {
    ...others,
    image: runtimeDefense.entryPoint.pin ? pinned : container.image,
    entryPoint: [...words.entryPoint],
    ...(words.command.length > 0 && { command: [...words.command] }),
  };
  const containerDefinitions = definition.containerDefinitions.map((one, i) => (i === index ? changed : one));
  return {
    task: { ...before.task, definition: { ...definition, containerDefinitions } },
    lookedUp: [...before.lookedUp, { container: container.name, image, digest, ...words }],
    notices: words.entryPoint[0] === "/init" ? [...before.notices, remarkAt(place, INIT)] : before.notices,
  };
}

const INIT = text`its image starts /init (s6-overlay), which must be process 1, and the Defender's wrapper is that. Try it, or leave the container out.`;
