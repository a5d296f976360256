import { login } from "../../lib/console/client";
import { parseSettings } from "../../lib/settings/settings";
import { loopback } from "../http/servers";
import { goodConsole, PASSWORD, type Received } from "./good-console";

const servers = loopback();
const context = { signal: new AbortController().signal, notice: () => undefined };

afterAll(() => servers.closeAll());

test("with only the original example's variables, no call goes to TL_CONSOLE", async () => {
  const requests: Received[] = [];
  const url = await servers.plain(goodConsole(requests));
  const settings = parseSettings({
    TL_USER: "access-key-id",
    TL_PASS: PASSWORD,
    TL_CONSOLE: "no-such-host.invalid",
    AUTH_API_ENDPOINT: `${url}/tenant/api/v1/authenticate`,
    TASK_GENERATION_API_ENDPOINT: `${url}/tenant/api/v1/defenders/fargate.json`,
  });
  using console = await login(settings, context);
  await console.version();
  await console.protect({ definition: { containerDefinitions: [] } });
  await console.installBundle();
  await console.defenders(["fargate"]);
  expect(requests.map(({ path }) => path)).toEqual([
    "/tenant/api/v1/authenticate",
    "/tenant/api/v1/version",
    "/tenant/api/v1/defenders/fargate.json",
    "/tenant/api/v1/defenders/install-bundle",
    "/tenant/api/v1/defenders",
  ]);
  expect(requests[2]?.query.consoleaddr).toBe("no-such-host.invalid");
});

test("a failure at an address from AUTH_API_ENDPOINT names this variable", async () => {
  const good = goodConsole();
  const url = await servers.plain((request, response) =>
    request.url?.endsWith("/version") ? response.writeHead(404).end() : good(request, response),
  );
  const settings = parseSettings({
    TL_USER: "access-key-id",
    TL_PASS: PASSWORD,
    TL_CONSOLE: "no-such-host.invalid",
    AUTH_API_ENDPOINT: `${url}/api/v1/authenticate`,
  });
  using console = await login(settings, context);
  await expect(console.version()).rejects.toThrow(
    `The Console has nothing at this address (HTTP 404): GET ${url}/api/v1/version. ` +
      "Check the path in AUTH_API_ENDPOINT, and TL_API_VERSION.",
  );
});

test.each(["AUTH_API_ENDPOINT", "TASK_GENERATION_API_ENDPOINT"])("so does a failure at %s alone", async (name) => {
  const good = goodConsole();
  const url = await servers.plain((request, response) =>
    request.url?.startsWith("/elsewhere") ? response.writeHead(404).end() : good(request, response),
  );
  const variables = { TL_USER: "access-key-id", TL_PASS: PASSWORD, TL_CONSOLE: url, [name]: `${url}/elsewhere` };
  const run = async () => {
    using console = await login(parseSettings(variables), context);
    await console.protect({ definition: { containerDefinitions: [] } });
  };
  await expect(run()).rejects.toThrow(`: POST ${url}/elsewhere. Check the path in ${name}, and TL_API_VERSION.`);
});
