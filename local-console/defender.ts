import { createHash } from "node:crypto";

// The local Console's made-up credentials. They say that they are made up, have the format of real ones, and are the same
// at every start, so that synthesizing twice gives the same bytes.

/** The version of the local Console and its Defenders, unless another one is asked for. */
export const VERSION = "34.04.145";

/** The made-up registry that the Defender's image comes from: `DEFENDER_REGISTRY` has to name it. */
export const DEFENDER_REGISTRY = "registry-auth.local.invalid";

export function defenderImage(version: string): string {
  const tag = `defender_${version.replaceAll(".", "_")}`;
  return `${DEFENDER_REGISTRY}/tw_local${hex("licence").slice(0, 20)}/twistlock/defender:${tag}`;
}

export const INSTALL_BUNDLE = Buffer.from(
  JSON.stringify({
    secrets: { "service-parameter": `local, not a real Defender credential: ${hex("service-parameter")}` },
    globalProxyOpt: { httpProxy: "", noProxy: "", ca: "", user: "", password: { encrypted: "" } },
    customerID: "local-not-a-customer",
    apiKey: `local, not a real Defender credential: ${hex("apiKey")}`,
  }),
).toString("base64");

function hex(text: string): string {
  return createHash("sha256").update(`local Console ${text}`).digest("hex");
}
