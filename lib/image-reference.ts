/** An image's name, parsed by Docker's grammar. */
export type ImageReference = {
  /** As it was written. */
  readonly text: string;
  /** The registry's host, as Docker stores credentials for it: `docker.io`, `public.ecr.aws`, `localhost:5000`. */
  readonly registry: string;
  /** `library/nginx` */
  readonly repository: string;
  /** `latest` by default; undefined when there is only a digest. */
  readonly tag: string | undefined;
  /** The digest that the image must have: `sha256:…` or `sha512:…`. */
  readonly digest: string | undefined;
};

/** Undefined when it isn't an image's name. Source: github.com/distribution/reference. */
export function parseReference(text: string): ImageReference | undefined {
  const [, name = "", tag, digest] = REFERENCE.exec(text) ?? [];
  if (name === "" || /^[a-f0-9]{64}$/.test(name)) return undefined;
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  // The part before the first slash is a host only if it can't be a Docker Hub user.
  const isHost = /[.:A-Z]/.test(first) || first === "localhost";
  const registry = isHost ? first.replace(/^index\.docker\.io$/, "docker.io") : "docker.io";
  const path = isHost ? name.slice(slash + 1) : name;
  const repository = registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  if (!HOST.test(registry) || !PATH.test(repository) || registry.length + repository.length > 254) return undefined;
  // A port above 65535, or a host such as 10.0.0.256 that is neither an address nor a name.
  if (!URL.canParse(`https://${registry}`)) return undefined;
  return { text, registry, repository, tag: tag ?? (digest ? undefined : "latest"), digest };
}

/** Names the image by its digest, so that it is always the same image: `registry.example.com/shop@sha256:…`. */
export function pinnedTo({ text, digest }: ImageReference, actual: string): string {
  if (digest) return text;
  const name = REFERENCE.exec(text)?.[1] ?? text;
  return `${name}@${actual}`;
}

const REFERENCE =
  /^((?:[^/@]+\/)*[^/:@]+)(?::([A-Za-z0-9_][\w.-]{0,127}))?(?:@(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}))?$/;
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[A-Fa-f0-9:]+\\])(?::[0-9]+)?$`);
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const PATH = new RegExp(`^${PART}(?:/${PART})*$`);
