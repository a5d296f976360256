import { parseArgs } from "node:util";

import { DEFENDER_REGISTRY } from "./defender";
import { defendersOf, parseDefenderGroup } from "./defenders";
import { startLocalConsole } from "./server";

const USAGE =
  "Usage: npm run console -- [--port 8083] [--host 127.0.0.1] [--tenant us-2-158123456] [--latency-ms 100] [--defenders web:3] [--defenders web:1:stale] [--defenders web:2:33.01.137]";

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", short: "h", default: false },
      port: { type: "string", default: "8083" },
      host: { type: "string", default: "127.0.0.1" },
      tenant: { type: "string", default: "" },
      "latency-ms": { type: "string", default: "0" },
      defenders: { type: "string", multiple: true, default: [] },
    },
  });
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  const local = await startLocalConsole({
    port: wholeNumber("--port", values.port, 65_535),
    defenders: defendersOf(values.defenders.map(parseDefenderGroup)),
    host: values.host,
    tenantPath: values.tenant,
    latencyMs: wholeNumber("--latency-ms", values["latency-ms"], 60_000),
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void local.close());
  process.stdout.write(
    `${[
      `# Local Console ${local.version}. It protects nothing: its Defender is made up. To use it:`,
      `export TL_CONSOLE=${local.url}`,
      `export DEFENDER_REGISTRY=${DEFENDER_REGISTRY}`,
      `export TL_USER=${local.user}`,
      `export TL_PASS=${local.password}`,
      "# Ctrl-C stops it.",
    ].join("\n")}\n`,
  );
}

function wholeNumber(option: string, text: string, max: number): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= max) return Number(text);
  throw new RangeError(`${option} must be a whole number from 0 to ${max}, got ${text}.`);
}
