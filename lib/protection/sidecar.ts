import { isDeepStrictEqual } from "node:util";

import type { JsonObject, JsonValue } from "../json";
import { type Deviation, listOf, objectOf, type Request, show } from "./deviation";
import { environmentBase, environmentDeviations } from "./environment";
import { bundleProblem } from "./install-bundle";
import { INSTALL_BUNDLE, SIDECAR_ENTRY_POINT, SIDECAR_HEALTH_CHECK, SIDECAR_VARIABLES } from "./names";

const KNOWN_KEYS = ["name", "image", "entryPoint", "environment", "essential", "healthCheck", "logConfiguration"];

// Palo Alto's own registries and mirrors of them all end like this.
const DEFENDER_IMAGE = /^[\w.-]+(:\d+)?\/([\w.-]+\/)*twistlock\/defender:defender_\d+_\d+_\d+$/;

/** What is wrong with the sidecar. `logs` are the log configurations that the Console may have copied. */
export function sidecarDeviations(
  sidecars: readonly JsonObject[],
  logs: readonly JsonValue[],
  request: Request,
): readonly Deviation[] {
  const [sidecar, ...more] = sidecars;
  if (sidecar === undefined) return [{ field: "container", expected: "to be there", got: "none" }];
  if (more.length > 0) {
    return [{ field: "container", expected: "to be there once", got: `${sidecars.length} times` }];
  }
  const deviations: Deviation[] = [];
  const check = (right: boolean, field: string, expected: string, got: JsonValue | undefined) => {
    if (!right) deviations.push({ field, expected, got: show(got) });
  };
  const { image, entryPoint, essential, healthCheck, logConfiguration } = sidecar;
  check(essential === true, "essential", "true", essential);
  check(isDeepStrictEqual(entryPoint, SIDECAR_ENTRY_POINT), "entryPoint", show(SIDECAR_ENTRY_POINT), entryPoint);
  check(
    isDeepStrictEqual(objectOf(healthCheck).command, SIDECAR_HEALTH_CHECK),
    "healthCheck.command",
    show(SIDECAR_HEALTH_CHECK),
    objectOf(healthCheck).command,
  );
  if (request.defenderImage === undefined) {
    check(
      DEFENDER_IMAGE.test(String(image)),
      "image",
      "a Defender image, …/twistlock/defender:defender_MM_mm_bbb",
      image,
    );
  } else {
    check(image === request.defenderImage, "image", request.defenderImage, image);
  }
  const copied = logConfiguration === undefined || logs.some((log) => isDeepStrictEqual(log, logConfiguration));
  check(copied, "logConfiguration", "none, or that of an application container", logConfiguration);
  for (const key of Object.keys(sidecar).filter((key) => !KNOWN_KEYS.includes(key))) {
    check(false, show(key), "none", sidecar[key]);
  }
  return [...deviations, ...sidecarEnvironmentDeviations(sidecar, request)];
}

function sidecarEnvironmentDeviations(sidecar: JsonObject, request: Request): readonly Deviation[] {
  const entries = listOf(sidecar.environment);
  const variable = (name: string) => entries.find((entry) => entry.name === name)?.value;
  const deviations = [
    ...environmentDeviations(
      [],
      sidecar.environment,
      [...SIDECAR_VARIABLES, ...request.acceptedVariables],
      environmentBase(request),
    ),
  ];
  const problem = bundleProblem(variable(INSTALL_BUNDLE));
  if (problem) deviations.push({ field: `environment ${INSTALL_BUNDLE}`, expected: "a base64 bundle", got: problem });
  const [, host] = /^wss:\/\/(.+?)(?::\d+)?\/?$/.exec(String(variable("WS_ADDRESS"))) ?? [];
  if (host?.toLowerCase() !== request.consoleAddress.toLowerCase()) {
    const expected = `wss:// and the host ${request.consoleAddress}`;
    deviations.push({ field: "environment WS_ADDRESS", expected, got: show(variable("WS_ADDRESS")) });
  }
  return deviations;
}
