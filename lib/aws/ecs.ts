import { setMaxListeners } from "node:events";

import { ECSClient } from "@aws-sdk/client-ecs";

import { ExpectedError } from "../errors";
import { systemClock } from "../http/clock";
import { openConnections } from "../http/connections";
import { orAborted } from "../http/deadline";
import type { NetworkSettings } from "../settings/network";
import { DEFAULT_REGION } from "../settings/region";
import { awsFailure } from "./failure";
import type { Action } from "./policy";
import { RequestHandler } from "./request-handler";
import { sendMasked } from "./send-masked";

/** ECS in one region, as the account's credentials allow it. */
export type Ecs = {
  readonly region: string;
  /** How many calls run side by side. */
  readonly concurrency: number;
  /**
   * One call, with the SDK's own retries.
   *
   * @throws AwsError; the signal's reason.
   */
  ask<T>(action: Action, send: (client: ECSClient, options: SendOptions) => Promise<T>): Promise<T>;
  close(): void;
};

type SendOptions = { readonly abortSignal: AbortSignal };

type EcsOptions = {
  /** Else the one of the AWS profile, or the default of the stack. Credentials and `AWS_ENDPOINT_URL` are the SDK's matter. */
  readonly region?: string;
  readonly network: NetworkSettings;
  readonly signal: AbortSignal;
};

/** @throws SettingsError when TL_CA_CERT or HTTPS_PROXY is of no use. */
export async function openEcs({ region, network, signal }: EcsOptions): Promise<Ecs> {
  setMaxListeners(0, signal); // each call under way listens
  const limitMs = network.timeoutMs;
  const connections = openConnections({ ...network, connectMs: limitMs, signal, clock: systemClock });
  // Adaptive: ECS throttles reading long before a large cluster has been read.
  const retries = { retryMode: "adaptive", ...(await attempts()) };
  const client = new ECSClient({
    ...retries,
    region: region ?? (await regionOfProfile()),
    requestHandler: new RequestHandler(connections, limitMs, systemClock),
  });
  const place = await client.config.region();
  return {
    region: place,
    concurrency: network.concurrency,
    ask: async (action, send) => {
      try {
        return await orAborted(
          sendMasked(client, () => send(client, { abortSignal: signal })),
          signal,
        );
      } catch (error) {
        signal.throwIfAborted();
        // Of the proxy's settings, which the SDK gets at the call.
        if (error instanceof ExpectedError) throw error;
        throw awsFailure(error, { action, region: place, limitMs });
      }
    },
    close: () => {
      client.destroy();
      connections.close();
    },
  };
}

async function regionOfProfile(): Promise<string> {
  const client = new ECSClient({});
  try {
    return await client.config.region();
  } catch {
    return DEFAULT_REGION;
  } finally {
    client.destroy();
  }
}

const SDK_ATTEMPTS = 3;
const ATTEMPTS = 8;

/** More than the SDK's own default, unless somebody has set AWS_MAX_ATTEMPTS or max_attempts. */
async function attempts(): Promise<{ readonly maxAttempts?: number }> {
  const client = new ECSClient({ region: DEFAULT_REGION });
  try {
    return (await client.config.maxAttempts()) === SDK_ATTEMPTS ? { maxAttempts: ATTEMPTS } : {};
  } finally {
    client.destroy();
  }
}
