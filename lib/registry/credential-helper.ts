import { type ExecFileException, execFile } from "node:child_process";
import { promisify } from "node:util";

import * as v from "valibot";

import { RegistryError } from "../errors";
import { deadline } from "../http/deadline";
import { withoutSecrets } from "../settings/secrets";
import { quote, type SafeText, text } from "../text/safe-text";
import { Secret } from "../text/secret";
import type { CredentialOptions, Login } from "./credentials";

/**
 * Asks one of Docker's credential helpers for a login; undefined when it has none for the server. Source of the protocol:
 * github.com/docker/docker-credential-helpers.
 *
 * @throws RegistryError when the helper is missing, fails, hangs, or answers something else.
 */
export async function askHelper(
  name: string,
  server: string,
  place: SafeText,
  options: CredentialOptions,
): Promise<Login | undefined> {
  const program = `docker-credential-${name}`;
  const { code, output } = await run(program, server, place, options);
  if (code !== 0) {
    if (NOTHING_THERE.test(output)) return undefined;
    throw failure(program, place, text`ended with status ${code} and says ${shown(output)}`);
  }
  const parsed = v.safeParse(Answer, output);
  if (!parsed.success) throw failure(program, place, text`answered something else than credentials`);
  const { Username: user, Secret: secret } = parsed.output;
  if (secret === "") return undefined;
  if (user === "<token>") return { kind: "identity-token", token: new Secret(secret) };
  return { kind: "password", user, password: new Secret(secret) };
}

// A helper may print credentials before it crashes.
function shown(output: string): SafeText {
  if (/["']Secret["']\s*:/i.test(output)) return text`what may be credentials, so it is not shown`;
  return output.trim() ? quote(output) : text`nothing`;
}

const NOTHING_THERE = /credentials not found in native keychain/i;
const MOST_OUTPUT = 1024 * 1024;
// Milliseconds after the helper's exit for the rest of its output. A process that it leaves behind keeps stdout open.
const LAST_OUTPUT_MS = 200;

const Answer = v.pipe(v.string(), v.parseJson(), v.object({ Username: v.string(), Secret: v.string() }));

type Outcome = { readonly code: number | string; readonly output: string };

async function run(
  program: string,
  server: string,
  place: SafeText,
  { environment, network, signal, clock }: CredentialOptions,
): Promise<Outcome> {
  using limit = deadline(network.timeoutMs, signal, clock);
  limit.signal.throwIfAborted();
  const options = { env: withoutSecrets(environment), maxBuffer: MOST_OUTPUT };
  const ended = promisify(execFile)(program, ["get"], options);
  const { child: helper } = ended;
  // A process that the helper started may outlive it, and keep its output open.
  const abandon = () => {
    helper.kill("SIGKILL");
    for (const stream of [helper.stdout, helper.stderr]) stream?.destroy();
  };
  limit.signal.addEventListener("abort", abandon);
  helper.on("exit", () => helper.on("close", clock.after(LAST_OUTPUT_MS, abandon)));
  helper.stdin?.on("error", () => undefined).end(server); // it may end without reading
  try {
    return { code: 0, output: (await ended).stdout };
  } catch (error) {
    signal.throwIfAborted();
    const late = text`did not answer within ${Math.ceil(network.timeoutMs) / 1000} s`;
    if (limit.signal.aborted) throw failure(program, place, late);
    const { code, signal: killedBy, stdout = "" } = error as ExecFileException;
    if (code === "ENOENT") throw failure(program, place, text`is not installed`);
    // Of the system, or for more than 1 MiB of output.
    if (typeof code === "string") throw failure(program, place, text`can't be run (${code})`);
    return { code: code ?? String(killedBy), output: stdout };
  }
}

function failure(program: string, place: SafeText, what: SafeText): RegistryError {
  const remedy = text`Install or fix it, or remove it from credsStore and credHelpers there.`;
  return new RegistryError([text`Docker's credential helper ${program} (named in ${place}) ${what}. ${remedy}`]);
}
