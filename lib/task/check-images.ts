import { parseEcrRegistry } from "../ecr-registry";
import { parseReference } from "../image-reference";
import { quote, text } from "../text/safe-text";
import type { Draft } from "./draft";
import { problem, type Step } from "./finding";

/**
 * Checks that each image name is valid, and that its registry can exist.
 *
 * @param reported paths, joined by dots, that already have a problem
 * @returns `reported` and the paths of wrong images
 */
export function* checkImages(
  { containers, runtimeDefense }: Draft,
  reported: ReadonlySet<string>,
): Step<ReadonlySet<string>> {
  const wrong = new Set(reported);
  const images = [
    ...containers.map(({ path, values }) => ({ path: [...path, "image"], image: values.image })),
    { path: ["runtimeDefense", "defenderImage"], image: runtimeDefense.defenderImage },
  ];
  for (const { path, image } of images) {
    const place = path.join(".");
    if (image === undefined || reported.has(place)) continue;
    const [registry = ""] = image.split("/");
    const isImpossible = /\.dkr[.-]ecr[.-]/i.test(registry) && !parseEcrRegistry(registry);
    if (!isImpossible && parseReference(image)) continue;
    wrong.add(place);
    // The schema already refuses these.
    if (image === "" || /\s/.test(image)) continue;
    const sentence = () => text`${isImpossible ? IMPOSSIBLE : NO_NAME}, got ${quote(image)}.`;
    if (path[0] !== "containerDefinitions") yield problem(path)`${sentence}`;
    else yield problem(path)`${sentence} Correct it, or name the image in CONTAINER_IMAGES.`;
  }
  return wrong;
}

const IMPOSSIBLE =
  "has an invalid ECR registry: it must be ACCOUNT.dkr.ecr.REGION.amazonaws.com with an account of 12 digits and a region such as eu-west-1";
const NO_NAME = "must be an image's name such as nginx:1.27 or registry.example.com/shop/web:2.14.1";
