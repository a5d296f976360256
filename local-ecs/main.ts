import { readFileSync } from "node:fs";

import * as v from "valibot";

import { ContentsSchema } from "./account";
import { startLocalEcs } from "./server";

const USAGE = "Usage: node scripts/run.cjs local-ecs/main.ts CONTENTS.json, with what is registered and what runs.";

const OptionsSchema = v.strictObject({ ...ContentsSchema.entries, latencyMs: v.exactOptional(v.number()) });

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const contents: unknown = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
  const local = await startLocalEcs(v.parse(OptionsSchema, contents));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void local.close());
  process.stdout.write(
    `${[
      "# Local ECS. It runs nothing: it says that the given tasks run. To use it:",
      `export AWS_ENDPOINT_URL=${local.url}`,
      `export AWS_REGION=${local.region}`,
      "export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local",
      "# Ctrl-C stops it.",
    ].join("\n")}\n`,
  );
}
