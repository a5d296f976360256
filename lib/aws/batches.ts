import type { Failure } from "@aws-sdk/client-ecs";
import pMap from "p-map";

import { AwsError } from "../errors";
import { quote, text } from "../text/safe-text";
import type { Ecs } from "./ecs";
import type { Action } from "./policy";

type Page = { readonly arns: readonly string[] | undefined; readonly nextToken: string | undefined };

/** Reads a list of ARNs in pages of a hundred. Returns each once, since the list may change between pages. */
export async function readList(
  action: Action,
  page: (nextToken: string | undefined) => Promise<Page>,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const tokens = new Set<string>();
  for (let next: string | undefined; ; ) {
    const { arns, nextToken } = await page(next);
    if (!Array.isArray(arns)) throw new AwsError([text`${action} gave no list. Check AWS_ENDPOINT_URL.`]);
    for (const arn of arns) found.add(arn);
    if (!nextToken) return [...found];
    if (tokens.has(nextToken) || found.size + tokens.size >= LONGEST_LIST) {
      throw new AwsError([text`${action} gave a list without end. Check AWS_ENDPOINT_URL.`]);
    }
    tokens.add(nextToken);
    next = nextToken;
  }
}

// No account runs this many tasks, and more would not fit into memory.
const LONGEST_LIST = 500_000;

/** Reads in batches of at most `size`, several at once; the results in the order of `items`. */
export async function readBatches<T>(
  { concurrency }: Ecs,
  items: readonly string[],
  size: number,
  read: (batch: string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const batches = Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
  return (await pMap(batches, read, { concurrency })).flat();
}

/** @throws AwsError unless each ARN that was asked for is described, or is gone. */
export function checkComplete(
  action: Action,
  asked: readonly string[],
  described: readonly (string | undefined)[],
  failures: readonly Failure[] = [],
): void {
  const gone = failures.filter(({ reason }) => reason === "MISSING").map(({ arn }) => arn);
  const answered = new Set([...described, ...gone]);
  const unread = asked.find((arn) => !answered.has(arn));
  if (unread === undefined) return;
  const reason = failures.find(({ arn }) => arn === unread)?.reason ?? "no reason given";
  throw new AwsError([text`ECS did not describe ${quote(unread)} (${reason}): ${action}. Try again.`]);
}
