import { parseReference } from "../image-reference";
import { excerpt, type SafeText, text } from "../text/safe-text";

/** Palo Alto Networks' own registries, from which the Defender's image comes by default. */
const DEFENDER_REGISTRIES: readonly string[] = ["registry-auth.twistlock.com", "registry.twistlock.com"];

/** Which images are a Defender's; `any` when the caller compares the image itself. */
export type DefenderImages = "any" | KnownImages;

type KnownImages = {
  /** The only image allowed, `runtimeDefense.defenderImage`. Without it the other properties decide. */
  readonly only?: string;
  /** The host of another registry of Defender images, besides Palo Alto Networks' own: `DEFENDER_REGISTRY`. */
  readonly registry?: string;
  /** The Console's version, `34.04.145`; when left out, any version is right. */
  readonly version?: string;
  /**
   * Copies under other names, `DEFENDER_IMAGES`: repositories, or single images with their tag or digest. They count only
   * when neither `only` nor `version` is set, so never in the proof at synth.
   */
  readonly copies?: readonly string[];
};

const IMAGE = /^([\w.-]+(?::\d+)?)\/(?:[\w.-]+\/)*twistlock\/defender:defender_(\d+_\d+_\d+)(@sha256:[a-f\d]{64})?$/;

/** Returns the image expected instead; `undefined` when the image is right. */
export function expectedImage(image: unknown, images: DefenderImages): SafeText | undefined {
  if (images === "any") return undefined;
  const { only, registry, version, copies } = images;
  if (only !== undefined) return image === only ? undefined : excerpt(only);
  const hosts = [...DEFENDER_REGISTRIES, registry ?? []].flat().map((one) => one.toLowerCase());
  const name = typeof image === "string" ? image : "";
  const [, host, tag, digest] = IMAGE.exec(name) ?? [];
  const isFromHost = host !== undefined && hosts.includes(host.toLowerCase());
  const from = hosts.join(" or ");
  if (version === undefined) {
    if (isFromHost || copies?.some((copy) => isCopy(name, copy))) return undefined;
    return text`a Defender image, …/twistlock/defender:defender_MM_mm_bbb, from ${from} (another registry of your own: DEFENDER_REGISTRY; a copy under another name: DEFENDER_IMAGES)`;
  }
  const wanted = version.replaceAll(".", "_");
  // Next to a digest the tag has no effect, so it would not show the version.
  if (isFromHost && tag === wanted && digest === undefined) return undefined;
  return text`a Defender image, …/twistlock/defender:defender_${wanted}, from ${from} (another registry of your own: DEFENDER_REGISTRY)`;
}

/** Returns the version in the tag of a Defender's image, `34.04.145`. */
export function defenderVersion(image: string): string | undefined {
  return /:defender_(\d+_\d+_\d+)(@sha256:[a-f\d]{64})?$/.exec(image)?.[1]?.replaceAll("_", ".");
}

/** Whether the image is the copy or, when `copy` is only a repository, any image in it. */
function isCopy(image: string, copy: string): boolean {
  if (image === copy) return true;
  if (!/\/[^/:@]+$/.test(copy)) return false;
  const [its, wanted] = [parseReference(image), parseReference(copy)];
  if (!its || !wanted) return false;
  return its.repository === wanted.repository && its.registry.toLowerCase() === wanted.registry.toLowerCase();
}
