import { setMaxListeners } from "node:events";

import { Secret } from "../secret";
import type { ConsoleSettings } from "../settings/console";
import { INSTALL_BUNDLE, LOGIN, parseAnswer, type Shape, TASK_DEFINITION, VERSION } from "./answers";
import { openConnections } from "./connections";
import type { Console, ProtectRequest, Talk } from "./console";
import { DEFENDERS, PAGE_SIZE, readPages } from "./defenders";
import { exchange } from "./exchange";
import { type Call, Failure } from "./failure";
import { withRetries } from "./retry";
import { statusFailure } from "./status-failure";

/**
 * Logs in at the Console.
 *
 * @throws ConsoleError, or SettingsError when TL_CA_CERT or HTTPS_PROXY is of no use.
 */
export async function login(settings: ConsoleSettings, talk: Talk): Promise<Console> {
  const closing = new AbortController();
  const signal = AbortSignal.any([talk.signal, closing.signal]);
  setMaxListeners(0, signal); // each call under way listens
  // The pair, too: Basic authentication sends its base64.
  const secrets = [settings.password, new Secret(`${settings.user}:${settings.password.reveal()}`)];
  const calls = callsOf(settings, secrets);
  const connections = await openConnections(settings.caFile, Math.min(10_000, settings.timeoutMs), signal);

  const send = <T>(call: Call, shape: Shape<T>, token?: Secret): Promise<T> =>
    withRetries(
      async (limitMs) => {
        const answer = await exchange(call, token, connections, limitMs, signal);
        const failure = statusFailure(answer, call, token === undefined);
        if (failure) throw failure;
        return parseAnswer(answer, shape, call);
      },
      settings,
      { ...talk, signal },
    );

  const authenticate = async (): Promise<Secret> => {
    const token = await send(calls.authenticate, LOGIN);
    secrets.push(token);
    return token;
  };

  const close = () => {
    closing.abort(new Error("The Console's client is closed."));
    connections.close();
  };

  const first = await authenticate().catch((error: unknown) => {
    close();
    throw error;
  });
  let second: Promise<Secret> | undefined;

  // A token may expire during a run; however many calls meet that at once, one login answers them all.
  const ask = async <T>(call: Call, shape: Shape<T>): Promise<T> => {
    if (second) return send(call, shape, await second);
    try {
      return await send(call, shape, first);
    } catch (error) {
      if (!(error instanceof Failure) || error.hints.status !== 401) throw error;
      second ??= authenticate();
      return send(call, shape, await second);
    }
  };

  return {
    version: () => ask(calls.version, VERSION),
    protect: (request) => ask(calls.fargate(request), TASK_DEFINITION),
    installBundle: () => ask(calls.installBundle, INSTALL_BUNDLE),
    defenders: async ({ types = [undefined], connected } = {}) => {
      const list = (type: string | undefined) =>
        readPages((offset) => ask(calls.defenders({ type, connected, offset }), DEFENDERS), signal);
      return (await Promise.all(types.map(list))).flat();
    },
    close,
  };
}

function callsOf(settings: ConsoleSettings, secrets: readonly Secret[]) {
  const { apiUrl, authenticateUrl, fargateUrl, project, consoleAddress, user, password } = settings;
  const defender = { consoleaddr: consoleAddress, defenderType: "appEmbedded", project };
  const get = (path: string, query: Query): Call => ({
    method: "GET",
    url: address(`${apiUrl}/${path}`, query),
    variable: "TL_CONSOLE",
    remedy: "Check TL_CONSOLE_ADDRESS and TL_PROJECT.",
    secrets,
  });
  return {
    version: get("version", { project }),
    installBundle: get("defenders/install-bundle", defender),
    defenders: (query: Query) => get("defenders", { ...query, limit: PAGE_SIZE, sort: "hostname", project }),
    authenticate: {
      method: "POST",
      url: address(authenticateUrl ?? `${apiUrl}/authenticate`, {}),
      body: { username: user, password: password.reveal() },
      variable: authenticateUrl ? "AUTH_API_ENDPOINT" : "TL_CONSOLE",
      remedy: "Check TL_USER and TL_PASS.",
      secrets,
    } satisfies Call,
    fargate: ({ definition, registryCredentialId: registryCredentialID, ...options }: ProtectRequest): Call => ({
      method: "POST",
      url: address(fargateUrl ?? `${apiUrl}/defenders/fargate.json`, { ...options, registryCredentialID, ...defender }),
      body: definition,
      variable: fargateUrl ? "TASK_GENERATION_API_ENDPOINT" : "TL_CONSOLE",
      remedy: options.extractEntrypoint
        ? "Write the entryPoint and command of an image that it can't extract, or exclude its container."
        : "Check the task definition, its runtimeDefense and TL_CONSOLE_ADDRESS.",
      secrets,
    }),
  };
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

// What an overriding address carries already stays, unless it is ours to say.
function address(base: string, query: Query): URL {
  const url = new URL(base);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
