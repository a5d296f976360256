import * as v from "valibot";

import { defined } from "../defined";
import { parseReference } from "../image-reference";
import { quote, text } from "../text/safe-text";
import { consoleVariables } from "./console";
import type { Environment } from "./environment";
import { type Parsed, parseVariables } from "./parse-variables";
import { HOST, listOf, shown } from "./schemas";

const images = listOf((image) =>
  isImage(image)
    ? undefined
    : text`must hold repositories such as mirror.example.com/security/prisma-defender, or images with their tag or digest, with commas between, got ${quote(image, 80)}`,
);

// A name without a slash would be an official image of Docker Hub, which the Defender never is.
function isImage(image: string): boolean {
  return image.includes("/") && parseReference(image) !== undefined;
}

export const defenderImageVariables = {
  DEFENDER_REGISTRY: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (host) => HOST.test(host.replace(/:\d{1,5}$/, "")),
        shown("must be a registry's host, without https:// and path"),
      ),
    ),
  ),
  DEFENDER_IMAGES: v.optional(images, ""),
};

/** Where Defender images come from besides Palo Alto Networks' own registries. */
export function defenderImageSettings(variables: Parsed<typeof defenderImageVariables>) {
  return defined({
    /** The registry's host, with its port if it has one. */
    defenderRegistry: variables.DEFENDER_REGISTRY,
    /** Copies under other names: repositories, or single images with their tag or digest. */
    defenderImages: variables.DEFENDER_IMAGES,
  });
}

export type DefenderSettings = ReturnType<typeof parseDefenderSettings>;

/** The settings of Defenders, for a command that doesn't call the Console. Throws as `parseVariables` does. */
export function parseDefenderSettings(environment: Environment) {
  const { TL_CONSOLE_ADDRESS } = consoleVariables;
  const variables = parseVariables({ ...defenderImageVariables, TL_CONSOLE_ADDRESS }, environment, []);
  /** The host that Defenders dial. */
  const consoleAddress = variables.TL_CONSOLE_ADDRESS;
  return defined({ ...defenderImageSettings(variables), consoleAddress });
}
