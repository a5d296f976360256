import { createHash } from "node:crypto";

export type Stored = { readonly type: string; readonly body: Buffer };

/** An image as a registry holds it. */
export type MadeUpImage = {
  /** The manifest or index that its tag names. */
  readonly top: Stored;
  /** All manifests, by digest. */
  readonly manifests: ReadonlyMap<string, Stored>;
  /** Configurations, by digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
};

export type Recipe = {
  readonly entryPoint?: readonly string[] | null;
  readonly command?: readonly string[] | null;
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  /** Docker's media types in place of OCI's. */
  readonly docker?: boolean;
};

const OCI = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};
const DOCKER = {
  index: "application/vnd.docker.distribution.manifest.list.v2+json",
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
};

/** An image for one platform. */
export function image(recipe: Recipe = {}): MadeUpImage {
  const { entryPoint, command, os = "linux", architecture = "amd64", docker = false } = recipe;
  const types = docker ? DOCKER : OCI;
  const config = json({
    os,
    architecture,
    config: {
      ...(entryPoint !== undefined && { Entrypoint: entryPoint }),
      ...(command !== undefined && { Cmd: command }),
    },
    rootfs: { type: "layers", diff_ids: [] },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digest(config), size: config.length },
    layers: [],
  });
  const top = { type: types.manifest, body: manifest };
  return { top, manifests: new Map([[digest(manifest), top]]), blobs: new Map([[digest(config), config]]) };
}

/** An index of images for several platforms, and an attestation, as `docker buildx` pushes it. */
export function indexOf(...recipes: readonly Recipe[]): MadeUpImage {
  const docker = recipes.some((recipe) => recipe.docker);
  const images = recipes.map((recipe) => ({ recipe, ...image(recipe) }));
  const attestation = { recipe: { os: "unknown", architecture: "unknown" }, ...image({ os: "unknown" }) };
  const entries = [...images, ...(docker ? [] : [attestation])].map(({ recipe, top }) => {
    const { os = "linux", architecture = "amd64", variant }: Recipe = recipe;
    const platform = { os, architecture, ...(variant && { variant }) };
    return { mediaType: top.type, digest: digest(top.body), size: top.body.length, platform };
  });
  const type = (docker ? DOCKER : OCI).index;
  const body = json({ schemaVersion: 2, mediaType: type, manifests: entries });
  const top = { type, body };
  const all = [...images, attestation];
  return {
    top,
    manifests: new Map([[digest(body), top], ...all.flatMap(({ manifests }) => [...manifests])]),
    blobs: new Map(all.flatMap(({ blobs }) => [...blobs])),
  };
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export function digest(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
