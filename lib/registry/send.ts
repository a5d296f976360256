import type { Answer, Call } from "../http/call";

/**
 * Sends one call, with retries. Statuses that a retry may help, such as 503, end in an HttpFailure after four tries; every
 * other status, such as 401 or 404, is returned as an answer.
 */
export type Send = (call: Call) => Promise<Answer>;
