import { bundleProblem } from "../bundle-format";
import { BUNDLE_VARIABLE, SIDECAR_ENTRY_POINT, SIDECAR_HEALTH_CHECK, type SidecarVariable } from "../defender";
import { asText, isJsonObject, type JsonObject, type JsonValue, objectOf } from "../json";
import { HEALTH_CHECK_RANGES } from "../task/container-schema";
import { excerpt, type SafeText, text } from "../text/safe-text";
import { differences, elementsOf, isEqual } from "./compare";
import { withoutScripts } from "./container";
import { expectedImage } from "./defender-image";
import { type Deviation, outside } from "./deviation";
import type { Expectation } from "./expectation";
import { type Check, commonChecks, variableDeviations } from "./variables";

/** The fields that the Console sets in a sidecar. */
const KEYS = ["name", "image", "entryPoint", "environment", "essential", "healthCheck", "logConfiguration"];

/** The fields a deployed sidecar may have: also those of `runtimeDefense.sidecar`, the bundle's secret, and harmless ones. */
const DEPLOYED_KEYS = [
  ...KEYS,
  ...["cpu", "memory", "memoryReservation", "portMappings", "repositoryCredentials", "secrets"],
  ...["dockerLabels", "startTimeout", "stopTimeout", "ulimits", "versionConsistency"],
];

/** Variables that make the Defender load other code. */
const LOADER_VARIABLES = /^LD_/;

const ENTRY_POINT = text`${JSON.stringify(SIDECAR_ENTRY_POINT)}`;
const HEALTH_CHECK = text`${JSON.stringify(SIDECAR_HEALTH_CHECK)}`;
const LOGS = text`none, or that of an application container`;

/**
 * Lists what is wrong with the sidecar. Without the original, it may have ECS' defaults and the user's settings.
 *
 * @param isWaitedFor whether a container waits until the sidecar's health check has passed
 * @param logs the log configurations that were sent, one of which the Console may have copied; left out without the original
 */
export function sidecarDeviations(
  sidecar: JsonObject,
  expectation: Expectation,
  isWaitedFor: boolean,
  logs?: readonly JsonValue[],
): readonly Deviation[] {
  const { image, entryPoint, essential, healthCheck, logConfiguration } = sidecar;
  const isCopied = !logs || logConfiguration === undefined || logs.some((log) => isEqual(log, logConfiguration));
  const rightImage = expectedImage(image, expectation.images);
  return [
    ...(essential === true ? [] : [wrong("essential", text`true`, essential)]),
    ...(isEqual(entryPoint, SIDECAR_ENTRY_POINT) ? [] : [wrong("entryPoint", ENTRY_POINT, entryPoint)]),
    ...(rightImage ? [wrong("image", rightImage, image)] : []),
    ...healthCheckDeviations(healthCheck, isWaitedFor),
    ...(isCopied ? [] : [{ field: "logConfiguration", expected: LOGS, got: outside(logConfiguration) }]),
    ...(logs ? differences({}, sidecar, KEYS) : differences({}, withoutOff(sidecar), DEPLOYED_KEYS)),
    ...bundleAndVariables(sidecar, expectation, logs === undefined),
  ];
}

function wrong(field: string, expected: SafeText, got: JsonValue | undefined): Deviation {
  return { field, expected, got: outside(withoutScripts(got)) };
}

/** Drops fields that are set but switched off, as some Terraform modules write them. */
function withoutOff(sidecar: JsonObject): JsonObject {
  const isOff = (value: JsonValue) => value === false || value === "" || objectOf(value).enabled === false;
  return Object.fromEntries(Object.entries(sidecar).filter(([key, value]) => KEYS.includes(key) || !isOff(value)));
}

// Old Consoles let containers wait for the START of a sidecar without a health check.
function healthCheckDeviations(healthCheck: JsonValue | undefined, isWaitedFor: boolean): readonly Deviation[] {
  if (healthCheck === undefined && !isWaitedFor) return [];
  const { command, ...numbers } = objectOf(healthCheck);
  const wrongNumbers = Object.entries(HEALTH_CHECK_RANGES).flatMap(([key, [least, most]]) => {
    const value = numbers[key];
    const isWithin = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    if (value === undefined || isWithin) return [];
    const expected = text`a whole number from ${least} to ${most}`;
    return [{ field: `healthCheck.${key}`, expected, got: outside(value) }];
  });
  return [
    ...(isEqual(command, SIDECAR_HEALTH_CHECK) ? [] : [wrong("healthCheck.command", HEALTH_CHECK, command)]),
    ...wrongNumbers,
    ...differences({}, numbers, Object.keys(HEALTH_CHECK_RANGES), "healthCheck."),
  ];
}

function bundleAndVariables(sidecar: JsonObject, expectation: Expectation, isDeployed: boolean): readonly Deviation[] {
  // Once deployed, the sidecar reads the bundle from a secret.
  const secrets = isDeployed ? elementsOf(sidecar.secrets) : [];
  const fromSecret = secrets.filter(isBundle);
  const others = secrets.map((secret) => objectOf(secret).name ?? null).filter((name) => name !== BUNDLE_VARIABLE);
  const sidecarChecks: Readonly<Record<SidecarVariable, Check>> = {
    WS_ADDRESS: webSocketTo(expectation.consoleAddress),
    [BUNDLE_VARIABLE]: installBundle,
  };
  const checks = new Map([...commonChecks(expectation), ...Object.entries(sidecarChecks)]);
  if (fromSecret.length > 0) checks.delete(BUNDLE_VARIABLE);
  const names = elementsOf(sidecar.environment).map((variable) => objectOf(variable).name ?? null);
  const loaders = names.filter((name) => LOADER_VARIABLES.test(asText(name)));
  return [
    ...variableDeviations(sidecar.environment, checks, isDeployed ? undefined : []),
    ...(fromSecret.length > 1
      ? [{ field: `secrets ${BUNDLE_VARIABLE}`, expected: text`once`, got: text`${fromSecret.length} times` }]
      : []),
    ...(loaders.length > 0 ? [{ field: "environment", expected: text`no LD_…`, got: outside(loaders) }] : []),
    ...(others.length > 0
      ? [{ field: "secrets", expected: text`${BUNDLE_VARIABLE} alone`, got: outside(others) }]
      : []),
  ];
}

function isBundle(secret: JsonValue): boolean {
  if (!isJsonObject(secret) || secret.name !== BUNDLE_VARIABLE) return false;
  return typeof secret.valueFrom === "string" && secret.valueFrom.trim() !== "";
}

const installBundle: Check = (value) => {
  const problem = bundleProblem(value);
  return problem === undefined ? undefined : { expected: text`base64 of a JSON object`, got: problem };
};

const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)$/i;
const WEB_SOCKET = /^wss:\/\/([\x21-\x7e]+?)(?::([1-9]\d{0,4}))?\/?$/;

function webSocketTo(address: string | undefined): Check {
  return (value) => {
    const [, host, port = "443"] = (typeof value === "string" && WEB_SOCKET.exec(value)) || [];
    const isHost = host !== undefined && (address ? host.toLowerCase() === address.toLowerCase() : HOST.test(host));
    if (isHost && Number(port) <= 65_535) return undefined;
    const expectedHost = address ? text`${excerpt(address)} (TL_CONSOLE_ADDRESS)` : text`of the Console`;
    const expected = text`wss:// and the host ${expectedHost}, with a port from 1 to 65535 or none`;
    return { expected, got: outside(value) };
  };
}
