import type { SafeText } from "../text/safe-text";
import type { Secret } from "../text/secret";

/** One request to send, and what an error message about it needs. */
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

/** The server that a call is sent to. */
export type Peer = {
  /** Its name in a sentence: `the Console`. */
  readonly name: string;
  /** The source of the address, to check when it is wrong: `TL_CONSOLE`. */
  readonly setting: string;
  /** The longest response, in MiB, and what a longer one isn't: `from a Console`. */
  readonly limit: { readonly mebibytes: number; readonly longerIsNot: string };
  /** Words for a web page that comes instead of the answer and isn't a proxy's. */
  readonly page: {
    /** The missing answer: `the Console's answer`. */
    readonly insteadOf: string;
    /** Tells from the page's beginning whose it looks like, and what to do. */
    readonly explain: (start: string) => readonly [whose: SafeText, remedy: SafeText];
  };
};

/** The response, whatever its status. */
export type Answer = {
  readonly status: number;
  readonly body: Buffer;
  /** Empty when the header is missing. */
  readonly header: (name: string) => string;
};
