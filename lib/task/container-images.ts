import { asText, type JsonObject, withEach } from "../json";
import { nearest } from "../nearest";
import { excerpt, join, quote, type SafeText, text } from "../text/safe-text";

/** Images by container (`web`) or by family and container (`shop/web`). */
export type ContainerImages = ReadonlyMap<string, string>;

/** Returns the task with the given images in its containers. */
export function withImages(task: JsonObject, images: ContainerImages): JsonObject {
  return withEach(task, "containerDefinitions", (container) => {
    const image = images.get(`${asText(task.family)}/${asText(container.name)}`) ?? images.get(asText(container.name));
    return image === undefined ? container : { ...container, image };
  });
}

/**
 * Returns a sentence for each image that no task has a container for.
 *
 * @param containers `family/container` of all tasks
 */
export function unusedImages(images: ContainerImages, containers: readonly string[]): readonly SafeText[] {
  const names = new Set(containers.flatMap((container) => [container, container.replace(/^[^/]*\//, "")]));
  const choice = join(containers.slice(0, 12).map((name) => excerpt(name, 120)));
  const more = containers.length > 12 ? text`, and ${containers.length - 12} more` : text``;
  return [...images.keys()]
    .filter((name) => !names.has(name))
    .map((name) => {
      // Up to 12 containers are all listed instead.
      const meant = containers.length > 12 ? nearest(name, [...names]) : undefined;
      const remedy = meant === undefined ? text`The tasks have ${choice}${more}.` : text`Did you mean ${meant}?`;
      return text`no task has a container ${quote(name)}. ${remedy}`;
    });
}
