// Tests run this as a process of its own: it logs in, asks for the version, and leaves the client open.
import { login } from "../../lib/console/client";
import { Secret } from "../../lib/text/secret";

async function run(): Promise<void> {
  const context = { signal: new AbortController().signal, notice: () => undefined };
  const { console: settings, network, calls } = JSON.parse(process.argv[2] ?? "");
  const { https: proxy } = network.proxies;
  const proxies = { https: proxy && { variable: "HTTPS_PROXY", address: new Secret(proxy) } };
  const console = await login(
    { console: { ...settings, password: new Secret("a password of no Console") }, network: { ...network, proxies } },
    context,
  );
  const versions = await Promise.all(Array.from({ length: calls }, () => console.version()));
  process.stdout.write(versions.join());
}

run().catch((error: Error) => {
  process.stdout.write(error.message);
  process.exitCode = 1;
});
