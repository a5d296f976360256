import { join } from "node:path";

import * as v from "valibot";

import { RegistryError } from "../errors";
import { isJsonObject, parseJson } from "../json";
import { readRegularFileOr } from "../regular-file";
import { excerpt, join as joinTexts, type SafeText, text } from "../text/safe-text";
import { Secret } from "../text/secret";
import { askHelper } from "./credential-helper";
import { type CredentialOptions, type Credentials, type Login, loginIn, loginRemedy } from "./credentials";

/**
 * The credentials that `docker login` keeps for a registry: in a helper, or in the configuration itself. Undefined when
 * there are none.
 *
 * @throws RegistryError when the configuration is broken, or a helper fails.
 */
export async function dockerCredentials(
  registry: string,
  options: CredentialOptions,
): Promise<Credentials | undefined> {
  const file = join(options.dockerConfigFolder, "config.json");
  const config = readConfig(file);
  if (config === undefined) return undefined;
  const place = excerpt(file);
  const helper = entryFor(registry, config.credHelpers) ?? config.credsStore;
  const remedy = loginRemedy(registry);
  if (helper) {
    const login = await askHelper(helper, serverOf(registry), place, options);
    if (login) return { login, tried: text`the credentials of docker-credential-${helper} (${place})`, remedy };
  }
  const entry = entryFor(registry, config.auths);
  const login = entry && loginOf(entry, registry, place);
  return login && { login, tried: text`the credentials in ${place}`, remedy };
}

const Entry = v.object(v.entriesFromList(["auth", "username", "password", "identitytoken"], v.nullish(v.string())));
const HelperName = v.pipe(v.string(), v.regex(/^[\w.-]*$/));
const Config = v.object({
  auths: v.optional(v.record(v.string(), Entry), {}),
  credHelpers: v.optional(v.record(v.string(), HelperName), {}),
  credsStore: v.optional(HelperName, ""),
});

// Messages name the wrong key but never show the file's content: it holds passwords.
function readConfig(file: string): v.InferOutput<typeof Config> | undefined {
  const place = text`Docker's configuration ${excerpt(file)}`;
  const remedy = text`Fix it, or set DOCKER_CONFIG to another folder.`;
  const content = readRegularFileOr(file, (code) => {
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new RegistryError([text`${place} can't be read (${code}). ${remedy}`]);
  });
  if (content === undefined) return undefined;
  const value = parseJson(content.toString("utf8").replace(/^\ufeff/, ""));
  if (value === undefined) throw new RegistryError([text`${place} is not valid JSON. ${remedy}`]);
  const parsed = v.safeParse(Config, isJsonObject(value) ? value : undefined);
  if (parsed.success) return parsed.output;
  // A registry's address may hold a password, too.
  const keys = (parsed.issues[0].path ?? []).map(({ key }) => excerpt(String(key).replace(/^.*@/s, "…@"), 100));
  const wrong = keys.length > 0 ? joinTexts(keys, ".") : text`the whole`;
  throw new RegistryError([text`${place} is not as Docker writes it: ${wrong} is wrong. ${remedy}`]);
}

function loginOf(entry: v.InferOutput<typeof Entry>, registry: string, place: SafeText): Login | undefined {
  if (entry.identitytoken) return { kind: "identity-token", token: new Secret(entry.identitytoken) };
  if (entry.auth) {
    const login = loginIn(entry.auth);
    if (login) return login;
    const what = text`${place}: the auth of ${registry} is not the base64 of user:password`;
    throw new RegistryError([text`${what}. Log in again with docker login ${registry}.`]);
  }
  if (!entry.username || !entry.password) return undefined;
  return { kind: "password", user: entry.username, password: new Secret(entry.password) };
}

/** The name that Docker keeps credentials under. */
function serverOf(registry: string): string {
  return registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
}

/**
 * Returns the registry's entry: the one under Docker's own key, else one under the bare host, an address, or another name
 * of Docker Hub, as other tools write it. A key with another path belongs to one repository, whose credentials must not be
 * sent for another.
 */
function entryFor<T>(registry: string, entries: Readonly<Record<string, T>>): T | undefined {
  const hosts = registry === "docker.io" ? ["index.docker.io", "docker.io", "registry-1.docker.io"] : [registry];
  const names = [serverOf(registry), ...hosts];
  const byName = new Map(Object.entries(entries));
  const exact = names.find((name) => byName.has(name));
  if (exact !== undefined) return byName.get(exact);
  const hostOf = (server: string) => server.replace(/^https?:\/\//, "").replace(/\/(v[12]\/?)?$/, "");
  return [...byName].find(([server]) => hosts.includes(hostOf(server)))?.[1];
}
