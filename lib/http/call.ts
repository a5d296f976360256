import type { SafeText } from "../text/safe-text";
import type { Secret } from "../text/secret";

/** One request, before it is sent, and what a sentence about its failure names. */
export type Call = {
  readonly method: "GET" | "POST";
  readonly url: URL;
  /** Sent as a form when it is URLSearchParams, else as JSON. */
  readonly body?: unknown;
  /** Media types for `Accept`; JSON when left out. */
  readonly accept?: string;
  readonly authorization?: Authorization;
  readonly peer: Peer;
};

/** The `Authorization` header. `secret` is a token, or the base64 of `user:password`. */
export type Authorization = { readonly scheme: "Basic" | "Bearer"; readonly secret: Secret };

/** Whom a call asks. */
export type Peer = {
  /** In a sentence: `the Console`. */
  readonly name: string;
  /** What leads to this address, and is to be checked when it is wrong: `TL_CONSOLE`. */
  readonly setting: string;
  /** The longest response, in MiB, and what a longer one isn't: `from a Console`. */
  readonly limit: { readonly mebibytes: number; readonly longerIsNot: string };
  /** For a web page that comes instead of its answer, and isn't a proxy's. */
  readonly page: {
    /** What it comes instead of: `the Console's answer`. */
    readonly insteadOf: string;
    /** Whose it looks like, by its beginning, and what to do then. */
    readonly explain: (start: string) => readonly [whose: SafeText, remedy: SafeText];
  };
};

/** What came back, whatever its status. */
export type Answer = {
  readonly status: number;
  readonly body: Buffer;
  /** Empty when it isn't there. */
  readonly header: (name: string) => string;
};
