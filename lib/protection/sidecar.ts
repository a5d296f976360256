import { isDeepStrictEqual } from "node:util";

import { INSTALL_BUNDLE, SIDECAR_ENTRY_POINT, SIDECAR_HEALTH_CHECK } from "../defender";
import type { JsonObject, JsonValue } from "../json";
import { oneLine } from "../outside-text";
import { type Deviation, differences, objectOf, type Request, show } from "./deviation";
import { type Check, commonVariables, environmentDeviations } from "./environment";
import { bundleProblem } from "./install-bundle";

const KNOWN_KEYS = ["name", "image", "entryPoint", "environment", "essential", "healthCheck", "logConfiguration"];
const HEALTH_CHECK_KEYS = ["command", "interval", "retries", "startPeriod", "timeout"];

// Palo Alto's own registries and mirrors of them all end like this.
const DEFENDER_IMAGE = /^[\w.-]+(:\d+)?\/([\w.-]+\/)*twistlock\/defender:defender_\d+_\d+_\d+$/;

/** What is wrong with the sidecar. `logs` are the log configurations that the Console may have copied. */
export function sidecarDeviations(
  sidecar: JsonObject,
  logs: readonly JsonValue[],
  request: Request,
): readonly Deviation[] {
  const { image, entryPoint, essential, healthCheck, logConfiguration } = sidecar;
  const { command } = objectOf(healthCheck);
  const asked = request.defenderImage;
  const isImage = asked === undefined ? DEFENDER_IMAGE.test(String(image)) : image === asked;
  const isCopied = logConfiguration === undefined || logs.some((log) => isDeepStrictEqual(log, logConfiguration));
  const checks: readonly [boolean, string, string, JsonValue | undefined][] = [
    [essential === true, "essential", "true", essential],
    [isDeepStrictEqual(entryPoint, SIDECAR_ENTRY_POINT), "entryPoint", show(SIDECAR_ENTRY_POINT), entryPoint],
    [isDeepStrictEqual(command, SIDECAR_HEALTH_CHECK), "healthCheck.command", show(SIDECAR_HEALTH_CHECK), command],
    [isImage, "image", asked ?? "a Defender image, …/twistlock/defender:defender_MM_mm_bbb", image],
    [isCopied, "logConfiguration", "none, or that of an application container", logConfiguration],
    ...Object.entries(sidecar).map(([key, value]): [boolean, string, string, JsonValue] => [
      KNOWN_KEYS.includes(key),
      oneLine(key, 80),
      "none",
      value,
    ]),
  ];
  return [
    ...checks.flatMap(([right, field, expected, got]) => (right ? [] : [{ field, expected, got: show(got) }])),
    ...differences({}, objectOf(healthCheck), HEALTH_CHECK_KEYS, "healthCheck."),
    ...environmentDeviations(undefined, sidecar.environment, {
      ...commonVariables(request),
      [INSTALL_BUNDLE]: installBundle,
      WS_ADDRESS: webSocketTo(request.consoleAddress),
    }),
  ];
}

const installBundle: Check = (value) => {
  const problem = bundleProblem(value);
  return problem === undefined ? undefined : { expected: "a base64 bundle", got: problem };
};

function webSocketTo(address: string): Check {
  return (value) => {
    const [, host] = /^wss:\/\/([\x21-\x7e]+?)(?::\d{1,5})?\/?$/.exec(String(value)) ?? [];
    if (host?.toLowerCase() === address.toLowerCase()) return undefined;
    return { expected: `wss:// and the host ${address}`, got: show(value) };
  };
}
