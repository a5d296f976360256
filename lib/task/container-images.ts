import { andMore, SHOWN } from "../counted";
import { asText, type JsonObject, withEach } from "../json";
import { nearest } from "../nearest";
import { LISTED, quote, type SafeText, someOf, text } from "../text/safe-text";

/** Images by container (`web`) or by family and container (`shop/web`). */
export type ContainerImages = ReadonlyMap<string, string>;

/** Returns the task with the given images in its containers. */
export function withImages(task: JsonObject, images: ContainerImages): JsonObject {
  return withEach(task, "containerDefinitions", (container) => {
    const image = images.get(`${asText(task.family)}/${asText(container.name)}`) ?? images.get(asText(container.name));
    return image === undefined ? container : { ...container, image };
  });
}

/** The names in one file. */
export type Names = {
  /** Absent when it can't be one, as with a placeholder in it. */
  readonly family?: string | undefined;
  /** Absent when not all of them can be names. */
  readonly containers?: readonly string[] | undefined;
};

/** Returns a sentence for each image that no task has a container for; none while that isn't clear. */
export function unusedImages(images: ContainerImages, tasks: readonly Names[]): readonly SafeText[] {
  // A file that can't be read may have the container, and one without family may be meant by family/container.
  if (tasks.some(({ containers }) => containers === undefined)) return [];
  const hasFamilies = tasks.every(({ family }) => family !== undefined);
  const containers = tasks.flatMap(({ family, containers = [] }) =>
    containers.map((name) => (family === undefined ? name : `${family}/${name}`)),
  );
  const names = new Set(containers.flatMap((container) => [container, container.replace(/^[^/]*\//, "")]));
  const unused = [...images.keys()].filter((name) => (hasFamilies || !name.includes("/")) && !names.has(name));
  // Looking for what was meant takes time with each name and each container.
  const sentences = unused.slice(0, SHOWN).map((name) => {
    // Few containers are all listed instead.
    const meant = containers.length > LISTED ? nearest(name, [...names]) : undefined;
    const remedy = meant === undefined ? text`The tasks have ${someOf(containers)}.` : text`Did you mean ${meant}?`;
    return text`CONTAINER_IMAGES: no task has a container ${quote(name)}. ${remedy}`;
  });
  return [...sentences, ...andMore(unused.length - SHOWN, "such name")];
}
