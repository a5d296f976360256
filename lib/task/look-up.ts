import type { RegistryError } from "../errors";
import type { ImageConfig } from "../registry/image-config";
import { quote, type SafeText, text } from "../text/safe-text";
import { checkText } from "./check-text";
import { collect } from "./finding";
import { processWords } from "./process-words";
import { type Place, type Remark, remarkAt } from "./source";
import type { LookedUp, ParsedTask } from "./task";

/** What images say of themselves, or why that can't be read, by the images' names. */
export type LookUp = (images: readonly string[]) => Promise<ReadonlyMap<string, ImageConfig | RegistryError>>;

/** A container whose entry point is to be read from its image. */
export type OpenEntryPoint = {
  readonly index: number;
  readonly image: string;
  readonly place: Place;
};

export type Answered = {
  readonly task: ParsedTask;
  readonly lookedUp: readonly LookedUp[];
  readonly problems: readonly Remark[];
  readonly notices: readonly Remark[];
};

/** Writes what the images say into the task definition. */
export function withLookedUpWords(
  task: ParsedTask,
  open: readonly OpenEntryPoint[],
  answers: Awaited<ReturnType<LookUp>>,
): Answered {
  return open.reduce<Answered>(
    (before, container) => {
      const answer = answers.get(container.image);
      if (!answer) throw new Error(`${container.image} was not looked up`);
      return withWords(before, container, answer);
    },
    { task, lookedUp: [], problems: [], notices: [] },
  );
}

function withWords(
  before: Answered,
  { index, place, image }: OpenEntryPoint,
  answer: ImageConfig | RegistryError,
): Answered {
  const { definition, runtimeDefense } = before.task;
  const container = definition.containerDefinitions[index];
  if (!container) throw new Error(`there is no container ${index}`);
  const refused = (sentences: readonly SafeText[]) => ({
    ...before,
    problems: [...before.problems, ...sentences.map((one) => remarkAt(place, one))],
  });
  if (answer instanceof Error) return refused(answer.problems.map((problem) => text`${problem}`));
  const words = processWords(answer, container.command);
  if (!words) return refused([text`the image ${quote(image)} has neither ENTRYPOINT nor CMD. Write entryPoint.`]);
  if (words.entryPoint[0] === "") {
    return refused([text`the image ${quote(image)} starts an empty word. Write entryPoint.`]);
  }
  const { problems } = collect(checkText([...words.entryPoint, ...words.command]));
  if (problems.shown.length > 0) {
    return refused(problems.shown.map((problem) => text`a word of the image ${quote(image)} ${problem.text()}`));
  }
  const { command: _, ...others } = container;
  const changed = {
    ...others,
    image: runtimeDefense.entryPoint.pin ? answer.pinned : container.image,
    entryPoint: [...words.entryPoint],
    ...(words.command.length > 0 && { command: [...words.command] }),
  };
  const containerDefinitions = definition.containerDefinitions.map((one, i) => (i === index ? changed : one));
  return {
    ...before,
    task: { ...before.task, definition: { ...definition, containerDefinitions } },
    lookedUp: [...before.lookedUp, { container: container.name, image, digest: answer.digest, ...words }],
    notices: words.entryPoint[0] === "/init" ? [...before.notices, remarkAt(place, INIT)] : before.notices,
  };
}

const INIT = text`its image starts /init (s6-overlay), which must be process 1, and the Defender's wrapper is that. Try it, or leave the container out.`;
