import * as v from "valibot";

import type { Answer, Call } from "../http/call";
import { failureOf, type HttpFailure } from "../http/failure";
import { detailOf, pageFailure } from "../http/page";
import { text } from "../text/safe-text";
import type { Credentials } from "./credentials";

/**
 * Returns the failure for an answer's status other than 200.
 *
 * @param credentials called only for a refusal: finding them may fail
 */
export async function statusFailure(
  answer: Answer,
  call: Call,
  credentials: () => Promise<Credentials>,
): Promise<HttpFailure> {
  const { status } = answer;
  const { peer, url } = call;
  if (status === 401 || status === 403) {
    const what = text`${url.host} ${status === 401 ? "refuses access" : "forbids access"} ${detailOf(answer, reasonIn)}`;
    const unknown = text`Check that ${peer.setting} exists`;
    const { tried, remedy } = await credentials();
    return failureOf(call, what, text`Tried: ${tried}. ${unknown}. If it does: ${remedy}.`, { status });
  }
  const page = pageFailure(answer, call);
  if (page) return page;
  const what =
    status === 404 ? text`${url.host} has nothing at this address` : text`${url.host} answered with an error`;
  const remedy = text`Check that ${peer.setting} exists, its registry, path and tag.`;
  return failureOf(call, text`${what} ${detailOf(answer, reasonIn)}`, remedy, { status });
}

/** `MANIFEST_UNKNOWN: manifest unknown` */
export const reasonIn = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.pipe(
      v.object({ errors: v.tuple([v.object({ code: v.string(), message: v.optional(v.string(), "") })]) }),
      v.transform(({ errors: [{ code, message }] }) => `${code}: ${message}`),
    ),
    v.pipe(
      v.object({ details: v.string() }),
      v.transform(({ details }) => details),
    ),
  ]),
);
