import * as v from "valibot";

import { matching } from "../settings/schemas";
import { CONTAINER_ENTRIES } from "./container-schema";
import { anObject, closed, filled } from "./values";

/** The protection settings of one task: its file's `runtimeDefense` key, described in docs/task-definitions.md. */
export type RuntimeDefense = v.InferOutput<typeof RuntimeDefenseSchema>;

const reason = v.pipe(
  v.string("must be the reason for leaving it out, a text"),
  v.trim(),
  v.minLength(1, "must be the reason for leaving it out"),
);

// A name without a slash would be an official image of Docker Hub, which the Defender never is.
const DEFENDER_IMAGE =
  "must be an image with its registry, such as mirror.example.com/twistlock/defender:defender_34_04_145";

// The sidecar's are those of any container.
const { cpu, memory, memoryReservation, portMappings, repositoryCredentials } = CONTAINER_ENTRIES;

export const RUNTIME_DEFENSE_ENTRIES = {
  /** Container name → why it is left out. */
  exclude: v.optional(v.pipe(anObject(' such as {"CONTAINER": "REASON"}'), v.record(v.string(), reason)), {}),
  /** Why every container with a `firelensConfiguration` is left out. */
  excludeLogRouters: v.optional(reason),
  entryPoint: v.optional(
    closed({
      /** Read the entry points that the task definition doesn't name from the images, in their registries. */
      lookUp: v.optional(v.boolean(), true),
      /** Pin each image that was looked up to its digest, so that the image that was read is the one that runs. */
      pin: v.optional(v.boolean(), false),
      /** Ask the Console to find the entry points that the task definition doesn't name. */
      extract: v.optional(v.boolean(), false),
      registryType: v.optional(v.picklist(["aws", "2", "jfrog"], 'must be "aws", "2" or "jfrog"')),
      registryCredentialId: v.optional(filled()),
    }),
    {},
  ),
  filesystemMonitoring: v.optional(v.boolean()),
  defenderImage: v.optional(matching(/^[^\s/]+\/\S+$/, DEFENDER_IMAGE)),
  sidecar: v.optional(
    closed({
      cpu,
      memory,
      memoryReservation,
      /** `true`: a log group of its own if the Console gave it no log configuration; `"own"`: always. */
      logs: v.optional(v.union([v.boolean(), v.literal("own")], 'must be true, false or "own"'), false),
      /** For the Defender as a reverse proxy (WAAS). */
      portMappings,
      /** For a mirror of the Defender's image in a private registry. */
      repositoryCredentials,
    }),
    {},
  ),
  raiseToFit: v.optional(v.boolean(), false),
  /** Accepted changes of a newer Console: `environment:NEW_CONSOLE_SETTING`, or with the value, `environment:NAME=VALUE`. */
  accept: v.optional(
    v.array(
      matching(/^environment:[A-Za-z_]\w*(=[\s\S]*)?$/, "must look like environment:NAME or environment:NAME=VALUE"),
    ),
    [],
  ),
};

export const RuntimeDefenseSchema = closed(RUNTIME_DEFENSE_ENTRIES);
