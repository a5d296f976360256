import { ECS } from "@aws-sdk/client-ecs";

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
export type Ecs = Readonly<Awaited<ReturnType<typeof openEcs>>>;

type SendOptions = { readonly abortSignal: AbortSignal };

type EcsOptions = {
  /** Default: the AWS profile's, else the stack's default. The SDK itself finds credentials and `AWS_ENDPOINT_URL`. */
  readonly region?: string;
  readonly network: NetworkSettings;
  readonly signal: AbortSignal;
};

/** @throws SettingsError when TL_CA_CERT or HTTPS_PROXY can't be used. */
export async function openEcs({ region, network, signal }: EcsOptions) {
  const limitMs = network.timeoutMs;
  const connections = openConnections({ ...network, signal, clock: systemClock });
  const client = new ECS({
    // Adaptive: ECS throttles the calls long before a large cluster is read.
    retryMode: "adaptive",
    ...(await defaults()),
    ...(region && { region }),
    requestHandler: new RequestHandler(connections, limitMs, systemClock),
  });
  const place = await client.config.region();
  return {
    region: place,
    /** How many calls run side by side. */
    concurrency: network.concurrency,
    /**
     * One call, with the SDK's own retries.
     *
     * @throws AwsError; the signal's reason.
     */
    ask: async <T>(action: Action, send: (client: ECS, options: SendOptions) => Promise<T>): Promise<T> => {
      try {
        return await orAborted(
          sendMasked(client, () => send(client, { abortSignal: signal })),
          signal,
        );
      } catch (error) {
        signal.throwIfAborted();
        // From the proxy's settings, which are only read when a call is made.
        if (error instanceof ExpectedError) throw error;
        throw awsFailure(error, { action, region: place, limitMs });
      }
    },
    [Symbol.dispose]: () => {
      client.destroy();
      connections.close();
    },
  };
}

const SDK_ATTEMPTS = 3;
const ATTEMPTS = 8;

/** The profile's region, else the stack's default, and more attempts than the SDK's default unless its settings name another number. */
async function defaults(): Promise<{ readonly region: string; readonly maxAttempts?: number }> {
  const client = new ECS({});
  try {
    const region = await client.config.region().catch(() => DEFAULT_REGION);
    return { region, ...((await client.config.maxAttempts()) === SDK_ATTEMPTS && { maxAttempts: ATTEMPTS }) };
  } finally {
    client.destroy();
  }
}
