import * as v from "valibot";

const Digest = v.pipe(v.string(), v.regex(/^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/));
// An index may leave any of them out.
const Platform = v.object({
  os: v.optional(v.string(), ""),
  architecture: v.optional(v.string(), ""),
  variant: v.optional(v.string()),
});

const Descriptor = v.object({
  mediaType: v.optional(v.string(), ""),
  digest: Digest,
  platform: v.nullish(Platform),
});

export type Descriptor = v.InferOutput<typeof Descriptor>;

// Refuses a document with the keys of both kinds: readers disagree on its kind, so one may run what another never checked.
const Absent = v.optional(v.undefined());

/** The images for several platforms under one name: an OCI index, or Docker's manifest list. */
const Index = v.pipe(
  v.object({ manifests: v.pipe(v.array(Descriptor), v.maxLength(10_000)), config: Absent, layers: Absent }),
  v.transform(({ manifests }) => ({ kind: "index" as const, manifests })),
);

const Manifest = v.pipe(
  v.object({ config: Descriptor, manifests: Absent }),
  v.transform(({ config }) => ({ kind: "manifest" as const, config })),
);

/** A registry's answer for a tag or a digest. Sources: OCI image specification 1.1, Docker's manifest v2.2. */
export const ManifestSchema = v.union([Index, Manifest]);

export type Manifest = v.InferOutput<typeof ManifestSchema>;

/** The media types to ask for. */
export const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const CONFIG_TYPES: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

/** Whether a manifest's `config` is of an image, and not of a Helm chart or another artifact. */
export function isImage({ mediaType }: Descriptor): boolean {
  return CONFIG_TYPES.has(mediaType);
}

const Words = v.nullish(v.pipe(v.array(v.string()), v.maxLength(10_000)));

/** An image's configuration, as far as it is used. */
export const ConfigSchema = v.object({
  os: v.string(),
  architecture: v.string(),
  config: v.nullish(v.object({ Entrypoint: Words, Cmd: Words })),
});

/** `linux/arm64/v8` */
export function formatPlatform({ os, architecture, variant }: v.InferOutput<typeof Platform>): string {
  return [os, architecture, variant].filter(Boolean).join("/");
}
