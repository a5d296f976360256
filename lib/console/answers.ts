import * as v from "valibot";

import { bundleProblem, bundleSecret } from "../bundle-format";
import { BUNDLE_VARIABLE } from "../defender";
import type { Shape } from "../http/json-body";
import { isJsonObject, type JsonObject, objectsIn } from "../json";
import { Secret } from "../text/secret";

export const LOGIN: Shape<Secret> = {
  expected: "an object with a token",
  schema: v.pipe(
    v.object({ token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,16384}$/)) }),
    v.transform(({ token }) => new Secret(token)),
  ),
};

export const VERSION: Shape<string> = {
  expected: "a version such as 34.04.145",
  schema: v.pipe(v.string(), v.regex(/^\d{2}\.\d{2}\.\d+$/)),
};

export const TASK_DEFINITION: Shape<JsonObject> = {
  expected: "a task definition with containerDefinitions",
  schema: v.pipe(
    v.custom<JsonObject>(
      (value) =>
        isJsonObject(value) &&
        Array.isArray(value.containerDefinitions) &&
        value.containerDefinitions.every(isJsonObject),
    ),
    // From here on, every message about the answer masks them.
    v.transform((answer) => {
      for (const bundle of bundlesIn(answer)) bundleSecret(bundle);
      for (const token of licencesIn(answer)) new Secret(token);
      return answer;
    }),
  ),
};

const MOST_SECRETS = 50;

function bundlesIn(answer: JsonObject): readonly string[] {
  const variables = objectsIn(answer.containerDefinitions).flatMap(({ environment }) => objectsIn(environment));
  const bundles = variables.flatMap(({ name, value }) =>
    name === BUNDLE_VARIABLE && typeof value === "string" ? [value] : [],
  );
  // A real answer has one. Masking each takes time, so a hostile answer can't register thousands.
  return [...new Set(bundles)].slice(0, MOST_SECRETS);
}

/** Returns the licence tokens in the images' paths. */
function licencesIn(answer: JsonObject): readonly string[] {
  const tokens = objectsIn(answer.containerDefinitions).flatMap(({ image }) =>
    typeof image === "string" ? (LICENCE.exec(image)?.[1] ?? []) : [],
  );
  return [...new Set(tokens)].slice(0, MOST_SECRETS);
}

const LICENCE = /\/tw_([a-z0-9]{16,64})\//i;

/** What Defenders need to connect, from `GET …/defenders/install-bundle`. */
export type InstallBundle = Readonly<v.InferOutput<typeof BUNDLE_AND_ADDRESS.schema>>;

export const BUNDLE_AND_ADDRESS = {
  expected: "an object with an installBundle, base64 of a JSON object,",
  schema: v.pipe(
    v.object({
      installBundle: v.pipe(
        v.string(),
        v.check((bundle) => bundleProblem(bundle) === undefined),
      ),
      wsAddress: v.nullish(v.pipe(v.string(), v.maxLength(2048))),
    }),
    v.transform(({ installBundle, wsAddress }) => ({
      installBundle: bundleSecret(installBundle),
      /** The address that they dial, `wss://us-east1.cloud.twistlock.com:443`; undefined when the Console gives none. */
      wsAddress: wsAddress || undefined,
    })),
  ),
};
