import type { Call, Peer } from "../http/call";
import { asText, type JsonObject, objectsIn } from "../json";
import { type ConsoleSettings, LOGIN_PATH } from "../settings/console";
import { join, quote, type SafeText, text } from "../text/safe-text";
import type { Secret } from "../text/secret";

/** One request to the Console. */
export type ConsoleCall = Call & {
  /** The user's next step when the Console rejects the request. */
  readonly remedy: SafeText;
  readonly isLogin: boolean;
};

/** What the Console is to protect, and how. */
export type ProtectRequest = {
  readonly definition: JsonObject;
  readonly extractEntrypoint?: boolean;
  readonly registryType?: string;
  readonly registryCredentialId?: string;
  readonly filesystemMonitoring?: boolean;
  readonly defenderImage?: string;
};

/** Builds the requests to the Console's API, without the token. */
export function callsOf(settings: ConsoleSettings) {
  const { apiUrl, apiSetting, authenticateUrl, fargateUrl, project, consoleAddress, user, password } = settings;
  const defender = { consoleaddr: consoleAddress, defenderType: "appEmbedded", project };
  const get = (path: string, query: Query): ConsoleCall => ({
    method: "GET",
    url: address(`${apiUrl}/${path}`, query),
    peer: consoleSetBy(apiSetting),
    remedy: text`Check TL_CONSOLE_ADDRESS and TL_PROJECT.`,
    isLogin: false,
  });
  return {
    version: get("version", { project }),
    installBundle: get("defenders/install-bundle", defender),
    defenders: (query: Query) => get("defenders", { ...query, project }),
    authenticate: {
      method: "POST",
      url: address(authenticateUrl ?? apiUrl + LOGIN_PATH, {}),
      body: { username: user, password: password.reveal() },
      peer: consoleSetBy(authenticateUrl ? "AUTH_API_ENDPOINT" : apiSetting),
      remedy: text`Check TL_USER and TL_PASS.`,
      isLogin: true,
    } satisfies ConsoleCall,
    fargate: (request: ProtectRequest): ConsoleCall => {
      const { definition, registryCredentialId: registryCredentialID, ...options } = request;
      const query = { ...options, registryCredentialID, ...defender };
      return {
        method: "POST",
        url: address(fargateUrl ?? `${apiUrl}/defenders/fargate.json`, query),
        body: definition,
        peer: consoleSetBy(fargateUrl ? "TASK_GENERATION_API_ENDPOINT" : apiSetting),
        remedy: protectRemedy(request),
        isLogin: false,
      };
    },
  };
}

/** Adds the token of a login to the call. */
export function withToken(call: ConsoleCall, token: Secret): ConsoleCall {
  return { ...call, authorization: { scheme: "Bearer", secret: token } };
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

// Keep an override URL's own query parameters, except those we set.
function address(base: string, query: Query): URL {
  const url = new URL(base);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

/** @param setting the variable that the address comes from */
export function consoleSetBy(setting: string): Peer {
  return {
    name: "the Console",
    setting,
    limit: { mebibytes: 5, longerIsNot: "from a Console" },
    page: {
      insteadOf: "the Console's answer",
      explain: (start) => [
        USER_INTERFACE.test(start)
          ? text`the Console's own user interface: the tenant path is wrong or missing`
          : text`another site's, or that of a wrong tenant path`,
        text`Set ${setting} to the path to Console, tenant path included, as Compute > Manage > System > Utilities shows it.`,
      ],
    },
  };
}

const USER_INTERFACE = /prisma|twistlock|<app-root|<base href/i;

function protectRemedy(request: ProtectRequest): SafeText {
  const { definition, extractEntrypoint, registryType, registryCredentialId } = request;
  if (!extractEntrypoint) return text`Check the task definition, its runtimeDefense and TL_CONSOLE_ADDRESS.`;
  const images = join(imagesToExtract(definition).map((image) => quote(image)));
  const isComplete = registryType !== undefined && registryCredentialId !== undefined;
  const registry = isComplete ? "" : "set registryType and registryCredentialId for a private registry, ";
  const remedy = "remove extract (then the images' registries are asked), write entryPoint and command, or exclude";
  return text`The Console was asked for the entry points of ${images}, and names only the first failure: ${registry + remedy} the containers.`;
}

function imagesToExtract({ containerDefinitions }: JsonObject): readonly string[] {
  const open = objectsIn(containerDefinitions).filter(
    ({ entryPoint, command }) => entryPoint === undefined && command === undefined,
  );
  return [...new Set(open.map(({ image }) => asText(image)))];
}
