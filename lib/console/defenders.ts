import * as v from "valibot";

import { ConsoleError } from "../errors";
import type { Clock } from "../http/clock";
import { pause } from "../http/deadline";
import { HttpFailure } from "../http/failure";
import type { Shape } from "../http/json-body";
import type { RunContext } from "../http/retry";
import { text } from "../text/safe-text";

/** SaaS Consoles return no more Defenders per request. */
export const PAGE_SIZE = 50;

const Text = v.pipe(v.string(), v.maxLength(4096));

// Schema `defender.Defender` of the published API.
const DefenderSchema = v.object({
  /** `fargate`, `appEmbedded`, `daemonset`, … */
  type: v.nullish(Text, ""),
  /** For an app-embedded Defender: its App ID, `FAMILY:UUID`, which all containers of a task share. */
  hostname: v.nullish(Text, ""),
  connected: v.optional(v.boolean(), false),
  /** `34.04.145` */
  version: v.pipe(
    v.nullish(Text),
    v.transform((value) => value || undefined),
  ),
  /** As far as the Console knows them. Its other facts aren't kept: they may be much larger. */
  cloudMetadata: v.nullish(v.object({ accountID: v.optional(v.unknown()), region: v.optional(v.unknown()) }), {}),
});

/** A Defender as the Console lists it; details it doesn't give are undefined. */
export type Defender = Readonly<v.InferOutput<typeof DefenderSchema>>;

/** One page. The Console's empty list is `null`. */
export const DEFENDERS: Shape<readonly Defender[]> = {
  expected: "a list of Defenders, or null,",
  schema: v.nullable(v.pipe(v.array(DefenderSchema), v.maxLength(100_000)), []),
};

/**
 * Reads the whole list, page by page. Each page must begin with the App ID that ends the page before it. Otherwise the list
 * has changed, so one could be missing, and it is read again. The order of one App ID's entries may differ from page to
 * page: the Console sorts by App ID alone.
 *
 * @throws ConsoleError when the list changes each time.
 */
export async function readPages(page: ReadPage): Promise<readonly Defender[]> {
  for (let reading = 1; reading <= READINGS; reading++) {
    const list = await readOnce(page);
    if (list) return list;
  }
  const what = text`The Console's list of Defenders changed while its pages were read, ${READINGS} times`;
  throw new ConsoleError([text`${what}: GET …/defenders. Try again when fewer tasks start and stop.`]);
}

const READINGS = 5;

type ReadPage = (offset: number) => Promise<readonly Defender[]>;

async function readOnce(page: ReadPage): Promise<readonly Defender[] | undefined> {
  const list = [...(await page(0))];
  let last = list.length;
  while (last >= PAGE_SIZE) {
    const [overlap, ...more] = await page(list.length - 1);
    if (overlap?.hostname !== list.at(-1)?.hostname) return undefined;
    if (list.length + more.length > MOST_DEFENDERS) {
      const what = text`The Console's list of Defenders has more than ${MOST_DEFENDERS} entries`;
      const remedy = text`Check that TL_CONSOLE leads to a Prisma Cloud Compute Console.`;
      throw new ConsoleError([text`${what}: GET …/defenders. ${remedy}`]);
    }
    list.push(...more);
    last = more.length + 1;
  }
  return list;
}

// No Console has this many Fargate Defenders, and more would not fit into memory.
const MOST_DEFENDERS = 250_000;

/** The period, in milliseconds, of a Console's limit on list requests: 30 in 30 s were seen, and more get HTTP 429. */
const THROTTLED_MS = 30_000;
const PAUSES = 3;

/**
 * Reads one page. If the Console still throttles after all tries of the call, pauses and reads again.
 *
 * @throws HttpFailure when the throttling doesn't end; the signal's reason.
 */
export async function withPauses<T>(read: () => Promise<T>, { signal, notice }: RunContext, clock: Clock): Promise<T> {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof HttpFailure) || error.hints.status !== 429 || pauses === PAUSES) throw error;
      notice(
        text`The Console throttles its list of Defenders: ${error.request}. Reading on in ${THROTTLED_MS / 1000} s.`,
      );
      await pause(THROTTLED_MS, signal, clock);
    }
  }
}
