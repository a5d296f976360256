import { createHash } from "node:crypto";

import { IMAGE_PLATFORM } from "../defender";
import { ImageError } from "../errors";
import type { Answer, Call } from "../http/call";
import { failureOf } from "../http/failure";
import { parseAnswer, type Shape } from "../http/json-body";
import { pageFailure } from "../http/page";
import { type ImageReference, pinnedTo } from "../image-reference";
import { quote, type SafeText, text } from "../text/safe-text";
import type { RegistryClient } from "./client";
import {
  ConfigSchema,
  type Descriptor,
  formatPlatform,
  isImage,
  MANIFEST_TYPES,
  type Manifest,
  ManifestSchema,
} from "./manifest";

/** The part of an image's configuration that decides which process it starts. */
export type ImageConfig = {
  /** The digest that its name leads to, `sha256:…`: of the index if there is one, else of the manifest. */
  readonly digest: string;
  /** Its name with that digest, which always means this same image: `registry.example.com/shop@sha256:…`. */
  readonly pinned: string;
  /** Dockerfile's ENTRYPOINT; empty when there is none. */
  readonly entryPoint: readonly string[];
  /** Dockerfile's CMD; empty when there is none. */
  readonly command: readonly string[];
};

/**
 * Follows an image's name to its configuration: index, manifest for linux/amd64, configuration. Each is compared with
 * the digest that led to it.
 *
 * @throws HttpFailure, RegistryError
 */
export async function readImage(reference: ImageReference, client: RegistryClient): Promise<ImageConfig> {
  const { text: image } = reference;
  const top = await readManifest(reference.digest ?? reference.tag ?? "latest", reference, client);
  const { manifest, call } = await platformManifest(top, reference, client);
  if (!isImage(manifest.config)) {
    const what = text`${image} is not a container image: its configuration is a ${quote(manifest.config.mediaType, 80)}`;
    throw unfit(call, what, text`Check the image's name.`);
  }
  const { os, architecture, config } = await readConfig(manifest.config, reference, client);
  const platform = `${os}/${architecture}`;
  if (platform !== IMAGE_PLATFORM) throw platformFailure(call, image, quote(platform, 60));
  return {
    digest: top.digest,
    pinned: pinnedTo(reference, top.digest),
    entryPoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
  };
}

type Found = { readonly manifest: Manifest; readonly digest: string; readonly call: Call };

async function readManifest(name: string, reference: ImageReference, client: RegistryClient): Promise<Found> {
  const { answer, call } = await client(reference, `manifests/${name}`, MANIFEST_TYPES);
  const announced = name.includes(":") ? name : answer.header("docker-content-digest");
  if (announced) verify(answer, announced, call);
  const manifest = parse(answer, call, { expected: "an image's manifest", schema: ManifestSchema });
  return { manifest, digest: announced || digestOf(answer.body), call };
}

type FoundManifest = { readonly manifest: Extract<Manifest, { kind: "manifest" }>; readonly call: Call };

async function platformManifest(
  { manifest, call }: Found,
  reference: ImageReference,
  client: RegistryClient,
  depth = 0,
): Promise<FoundManifest> {
  if (manifest.kind === "manifest") return { manifest, call };
  const chosen = choose(manifest.manifests);
  if (!chosen || depth >= DEEPEST) throw platformFailure(call, reference.text, platformsOf(manifest.manifests));
  return platformManifest(await readManifest(chosen.digest, reference, client), reference, client, depth + 1);
}

// An index may name another index; deeper nesting isn't followed.
const DEEPEST = 2;

/** Chooses the manifest for linux/amd64: without a variant, else with one, else one that names no platform. */
function choose(manifests: readonly Descriptor[]): Descriptor | undefined {
  const fitting = manifests.filter(
    ({ platform }) => platform && `${platform.os}/${platform.architecture}` === IMAGE_PLATFORM,
  );
  return (
    fitting.find(({ platform }) => !platform?.variant) ?? fitting[0] ?? manifests.find(({ platform }) => !platform)
  );
}

async function readConfig(descriptor: Descriptor, reference: ImageReference, client: RegistryClient) {
  const { answer, call } = await client(reference, `blobs/${descriptor.digest}`, "*/*");
  verify(answer, descriptor.digest, call);
  return parse(answer, call, { expected: "an image's configuration", schema: ConfigSchema });
}

function parse<T>(answer: Answer, call: Call, shape: Shape<T>): T {
  const remedy = text`Check that ${call.peer.setting} names an image, and its registry.`;
  return parseAnswer(answer, call, shape, { who: call.url.host, remedy });
}

function verify(answer: Answer, digest: string, call: Call): void {
  const algorithm = digest.startsWith("sha512:") ? "sha512" : "sha256";
  if (digestOf(answer.body, algorithm) === digest) return;
  const page = pageFailure(answer, call);
  if (page) throw page;
  const got = text`${answer.body.length} bytes with the digest ${digestOf(answer.body)}`;
  const what = text`${call.url.host} answered ${got} where ${quote(digest, 150)} was expected`;
  const remedy = text`The content isn't the image's. Ask whoever runs ${call.peer.name}, or a proxy in between.`;
  throw failureOf(call, what, remedy);
}

/** `sha256:…` of the bytes. */
function digestOf(bytes: Buffer, algorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

function platformFailure(call: Call, image: string, found: SafeText): ImageError {
  const what = text`${image} is not built for ${IMAGE_PLATFORM}, the only platform of Defenders in Fargate; it is for ${found}`;
  return unfit(call, what, text`Build and push it with --platform ${IMAGE_PLATFORM}.`);
}

// An entryPoint in the file would only hide the problem until Fargate starts the task.
function unfit(call: Call, what: SafeText, remedy: SafeText): ImageError {
  const whole = text`${remedy} With an entryPoint in the file, it would not start either.`;
  return new ImageError([failureOf(call, what, whole).sentence]);
}

function platformsOf(manifests: readonly Descriptor[]): SafeText {
  const names = new Set(
    manifests.map(({ platform }) => (platform ? formatPlatform(platform) : "a platform without name")),
  );
  return names.size === 0 ? text`no platform` : quote([...names].slice(0, 20).join(", "), 200);
}
