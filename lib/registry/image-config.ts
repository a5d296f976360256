/** What an image says of itself, as far as the process that it starts depends on it. */
export type ImageConfig = {
  /** The image as it was asked for. */
  readonly image: string;
  /** The digest that its name led to, `sha256:…`: of the index, where it has one, else of the manifest. */
  readonly digest: string;
  /** Its name with that digest, so that it stays what it is now: `registry.example.com/shop@sha256:…`. */
  readonly pinned: string;
  /** Dockerfile's ENTRYPOINT; empty when there is none. */
  readonly entryPoint: readonly string[];
  /** Dockerfile's CMD; empty when there is none. */
  readonly command: readonly string[];
};
