import { DEFENDER_REGISTRIES } from "../defender";
import { excerpt, join, type SafeText, text } from "../text/safe-text";

/** Which images are the Console's own Defender. */
export type DefenderImages = {
  /** The one image, `runtimeDefense.defenderImage`. Without it the others decide. */
  readonly only?: string;
  /** A registry's host that Defenders come from besides Palo Alto Networks' own: `DEFENDER_REGISTRY`. */
  readonly registry?: string;
  /** The Console's version, `34.04.145`; any when it isn't known. */
  readonly version?: string;
};

const IMAGE = /^([\w.-]+(?::\d+)?)\/(?:[\w.-]+\/)*twistlock\/defender:defender_(\d+_\d+_\d+)$/;

/** What is expected in place of the image; `undefined` when it is right. */
export function expectedImage(image: unknown, { only, registry, version }: DefenderImages): SafeText | undefined {
  if (only !== undefined) return image === only ? undefined : excerpt(only);
  const hosts = registry === undefined ? DEFENDER_REGISTRIES : [...DEFENDER_REGISTRIES, registry];
  const [, host, tag] = (typeof image === "string" && IMAGE.exec(image)) || [];
  const isOwn = host !== undefined && hosts.includes(host.toLowerCase());
  if (isOwn && (version === undefined || tag === asTag(version))) return undefined;
  const from = join(
    hosts.map((one) => excerpt(one)),
    " or ",
  );
  return text`a Defender image, …/twistlock/defender:defender_${version === undefined ? "MM_mm_bbb" : asTag(version)}, from ${from} (another registry of your own: DEFENDER_REGISTRY)`;
}

/** The version that the tag of a Defender's image names, `34.04.145`. */
export function defenderVersion(image: string): string | undefined {
  return /:defender_(\d+_\d+_\d+)$/.exec(image)?.[1]?.replaceAll("_", ".");
}

function asTag(version: string): string {
  return version.replaceAll(".", "_");
}
