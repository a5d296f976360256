// Tests run this as a process of its own: it logs in, asks for the version, and closes the client only if asked to.
import { login } from "../../lib/console/client";
import { Secret } from "../../lib/text/secret";

async function run(): Promise<void> {
  const context = { signal: new AbortController().signal, notice: () => undefined };
  const { console: settings, network, calls, close } = JSON.parse(process.argv[2] ?? "");
  const { https: proxy } = network.proxies;
  const proxies = { https: proxy && { variable: "HTTPS_PROXY", address: new Secret(proxy) } };
  const console = await login(
    { console: { ...settings, password: new Secret("a password of no Console") }, network: { ...network, proxies } },
    context,
  );
  const versions = await Promise.all(Array.from({ length: calls }, () => console.version()));
  if (close) console.close();
  process.stdout.write(versions.join());
}

run().catch((error: Error) => {
  process.stdout.write(error.message);
  process.exitCode = 1;
});
