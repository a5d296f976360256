import { parseReference } from "../image-reference";
import { excerpt, join, type SafeText, text } from "../text/safe-text";

/** Palo Alto Networks' own registries, from which the Defender's image comes by default. */
const DEFENDER_REGISTRIES: readonly string[] = ["registry-auth.twistlock.com", "registry.twistlock.com"];

/** Which images are a Defender; `any` where the image is compared by itself. */
export type DefenderImages = "any" | KnownImages;

type KnownImages = {
  /** The one image, `runtimeDefense.defenderImage`. Without it the others decide. */
  readonly only?: string;
  /** A registry's host that Defenders come from besides Palo Alto Networks' own: `DEFENDER_REGISTRY`. */
  readonly registry?: string;
  /** The Console's version, `34.04.145`; any when it isn't known. */
  readonly version?: string;
  /**
   * Copies under other names, `DEFENDER_IMAGES`: repositories, or single images with their tag or digest. They count only
   * where neither the one image nor the version is known: the proof of synth knows one of them.
   */
  readonly copies?: readonly string[];
};

const IMAGE = /^([\w.-]+(?::\d+)?)\/(?:[\w.-]+\/)*twistlock\/defender:defender_(\d+_\d+_\d+)(@sha256:[a-f\d]{64})?$/;

/** What is expected in place of the image; `undefined` when it is right. */
export function expectedImage(image: unknown, images: DefenderImages): SafeText | undefined {
  if (images === "any") return undefined;
  const { only, registry, version, copies } = images;
  if (only !== undefined) return image === only ? undefined : excerpt(only);
  const hosts = [...DEFENDER_REGISTRIES, registry ?? []].flat().map((one) => one.toLowerCase());
  const name = typeof image === "string" ? image : "";
  const [, host, tag, digest] = IMAGE.exec(name) ?? [];
  const isFromHost = host !== undefined && hosts.includes(host.toLowerCase());
  const from = join(
    hosts.map((one) => excerpt(one)),
    " or ",
  );
  if (version === undefined) {
    if (isFromHost || copies?.some((copy) => isCopy(name, copy))) return undefined;
    return text`a Defender image, …/twistlock/defender:defender_MM_mm_bbb, from ${from} (another registry of your own: DEFENDER_REGISTRY; a copy under another name: DEFENDER_IMAGES)`;
  }
  const wanted = version.replaceAll(".", "_");
  // Behind a digest the tag means nothing, so it would not show the version.
  if (isFromHost && tag === wanted && digest === undefined) return undefined;
  return text`a Defender image, …/twistlock/defender:defender_${wanted}, from ${from} (another registry of your own: DEFENDER_REGISTRY)`;
}

/** The version that the tag of a Defender's image names, `34.04.145`. */
export function defenderVersion(image: string): string | undefined {
  return /:defender_(\d+_\d+_\d+)(@sha256:[a-f\d]{64})?$/.exec(image)?.[1]?.replaceAll("_", ".");
}

/** Whether the image is the copy, or, where that names a repository alone, any image of it. */
function isCopy(image: string, copy: string): boolean {
  if (image === copy) return true;
  if (!/\/[^/:@]+$/.test(copy)) return false;
  const [its, wanted] = [parseReference(image), parseReference(copy)];
  if (!its || !wanted) return false;
  return its.repository === wanted.repository && its.registry.toLowerCase() === wanted.registry.toLowerCase();
}
