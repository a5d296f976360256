import { ConsoleError } from "../errors";
import { type Clock, systemClock } from "../http/clock";
import { openConnections } from "../http/connections";
import { exchange } from "../http/exchange";
import { HttpFailure } from "../http/failure";
import { parseAnswer, type Shape } from "../http/json-body";
import { type RunContext, withRetries } from "../http/retry";
import type { Settings } from "../settings/settings";
import { type SafeText, text } from "../text/safe-text";
import { finderOf, Secret } from "../text/secret";
import { BUNDLE_AND_ADDRESS, LOGIN, TASK_DEFINITION, VERSION } from "./answers";
import { type ConsoleCall, callsOf, type ProtectRequest, withToken } from "./calls";
import { DEFENDERS, PAGE_SIZE, readPages, withPauses } from "./defenders";
import { statusFailure } from "./status-failure";

/**
 * A Prisma Cloud Compute Console that has accepted the login. Every call throws `ConsoleError`, or
 * the signal's reason once `RunContext.signal` is aborted.
 */
export type Console = Readonly<Awaited<ReturnType<typeof login>>>;

/**
 * Logs in at the Console. To be declared with `using`: that aborts pending calls and closes the connections.
 *
 * @throws ConsoleError, or SettingsError when TL_CA_CERT or HTTPS_PROXY can't be used.
 */
export async function login(
  { console: settings, network }: Pick<Settings, "console" | "network">,
  context: RunContext,
  clock: Clock = systemClock,
) {
  const closing = new AbortController();
  const signal = AbortSignal.any([context.signal, closing.signal]);
  // Basic authentication sends the base64 of this pair; from here on it is masked in every message.
  const pair = new Secret(`${settings.user}:${settings.password.reveal()}`);
  const credentials = finderOf([settings.password, pair]);
  const calls = callsOf(settings);
  const connections = openConnections({ ...network, signal, clock });

  const send = <T>(call: ConsoleCall, shape: Shape<T>): Promise<T> =>
    withRetries(
      async (limitMs, isRetry) => {
        const answer = await exchange(call, { connections, limitMs, isRetry, signal, clock });
        const failure = statusFailure(answer, call, clock);
        if (failure) throw failure;
        return parseAnswer(answer, call, shape, { who: "The Console", remedy: wrongAnswerRemedy(call) });
      },
      network,
      { ...context, signal },
      clock,
    );

  const authenticate = async (): Promise<Secret> => {
    const token = await send(calls.authenticate, LOGIN);
    credentials.add(token.reveal());
    return token;
  };

  const close = () => {
    closing.abort(new Error("The Console's client is closed."));
    connections.close();
  };

  const first = await authenticate().catch((error: unknown) => {
    close();
    return rethrow(error);
  });
  let second: Promise<Secret> | undefined;

  // A token may expire during a run. Many calls may fail then at once; one new login serves them all.
  const sendSignedIn = async <T>(call: ConsoleCall, shape: Shape<T>): Promise<T> => {
    if (second) return send(withToken(call, await second), shape);
    try {
      return await send(withToken(call, first), shape);
    } catch (error) {
      if (!(error instanceof HttpFailure) || error.hints.status !== 401) throw error;
      second ??= authenticate();
      return send(withToken(call, await second), shape);
    }
  };

  const ask = <T>(call: ConsoleCall, shape: Shape<T>): Promise<T> => sendSignedIn(call, shape).catch(rethrow);

  return {
    /** The Console's version, `34.04.145`. `GET …/version` */
    version: () => ask(calls.version, VERSION),
    /** The task definition with a Defender in it, as the Console sent it, not proven. `POST …/defenders/fargate.json` */
    protect: (request: ProtectRequest) => ask(calls.fargate(request), TASK_DEFINITION),
    /** The install bundle and the address that Defenders dial. `GET …/defenders/install-bundle` */
    installBundle: () => ask(calls.installBundle, BUNDLE_AND_ADDRESS),
    /**
     * All Defenders of these types, such as `fargate`, that the Console lists, connected or not. Read in pages, sorted by
     * host name. A Fargate Defender stays listed for about an hour after it disconnects. `GET …/defenders`
     */
    defenders: async (types: readonly string[]) => {
      const list = (type: string) => {
        const query = { type, limit: PAGE_SIZE, sort: "hostname" };
        const read = (offset: number) => sendSignedIn(calls.defenders({ ...query, offset }), DEFENDERS);
        return readPages((offset) => withPauses(() => read(offset), { ...context, signal }, clock));
      };
      return (await Promise.all(types.map(list)).catch(rethrow)).flat();
    },
    /** Whether the text contains the password or a token of this run, in any spelling. */
    holdsCredential: (outside: string) => credentials.isIn(outside),
    [Symbol.dispose]: close,
  };
}

function wrongAnswerRemedy({ peer }: ConsoleCall): SafeText {
  return text`Check that ${peer.setting} leads to a Prisma Cloud Compute Console, and TL_API_VERSION.`;
}

function rethrow(error: unknown): never {
  throw error instanceof HttpFailure ? new ConsoleError([error.sentence]) : error;
}
