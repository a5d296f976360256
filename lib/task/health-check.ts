import * as v from "valibot";

import { between, object } from "./values";

/** In seconds, `retries` a count (API reference, HealthCheck). ECS fills in missing ones. */
export const HEALTH_CHECK_RANGES = {
  interval: [5, 300],
  retries: [1, 10],
  startPeriod: [0, 300],
  timeout: [2, 60],
} as const;

export const healthCheck = object({
  command: v.array(v.string()),
  interval: v.exactOptional(between(...HEALTH_CHECK_RANGES.interval, " seconds")),
  timeout: v.exactOptional(between(...HEALTH_CHECK_RANGES.timeout, " seconds")),
  retries: v.exactOptional(between(...HEALTH_CHECK_RANGES.retries)),
  startPeriod: v.exactOptional(between(...HEALTH_CHECK_RANGES.startPeriod, " seconds")),
});
