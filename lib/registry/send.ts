import type { Answer, Call } from "../http/call";

/**
 * Sends one call, again where that may help: after four tries it fails with what another try might have mended. Any
 * other status is an answer.
 */
export type Send = (call: Call) => Promise<Answer>;
