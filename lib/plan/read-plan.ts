import * as v from "valibot";

import { PlanError } from "../errors";
import { isJsonObject, type JsonObject, type JsonValue, objectOf } from "../json";
import { OLDEST_TERRAFORM } from "../stack/output-paths";
import { excerpt, text } from "../text/safe-text";
import { readPlanFile } from "./plan-file";
import { TASK_DEFINITION, taskDefinitionsBefore } from "./task-types";

const json = v.custom<JsonValue>(() => true);
const object = v.custom<JsonObject>(isJsonObject);

const PlanSchema = v.object({
  format_version: v.pipe(v.string(), v.regex(/^1\.\d+$/)),
  planned_values: object,
  errored: v.optional(v.boolean(), false),
  complete: v.optional(v.boolean(), true),
  resource_changes: v.optional(
    v.array(
      v.object({
        address: v.string(),
        mode: v.optional(v.string(), "managed"),
        type: v.string(),
        deposed: v.optional(v.string()),
        action_reason: v.optional(v.string()),
        previous_address: v.optional(v.string()),
        change: v.object({
          actions: v.array(v.string()),
          before: v.optional(json),
          after: json,
          after_unknown: v.optional(json),
          importing: v.optional(json),
        }),
      }),
    ),
    [],
  ),
  prior_state: v.optional(object, {}),
  configuration: v.optional(object, {}),
  variables: v.optional(v.record(v.string(), v.object({ value: v.optional(json) })), {}),
  action_invocations: v.optional(v.array(v.object({ address: v.string() })), []),
});

/** The needed part of what `terraform show -json PLAN` prints. Format 1.x: minor versions only add to it. */
export type Plan = Readonly<ReturnType<typeof readPlan>>;

/** @throws PlanError when the file isn't a complete plan of a supported format. */
export function readPlan(file: string) {
  const parsed = v.safeParse(PlanSchema, readPlanFile(file));
  if (!parsed.success) {
    const what = text`${file} is not a plan in the format 1.x: ${v.getDotPath(parsed.issues[0]) ?? "it"} is missing or wrong`;
    const remedy = text`Save one with terraform plan -out=PLAN (Terraform ${OLDEST_TERRAFORM} to 1.x), and print it with terraform show -json PLAN.`;
    throw new PlanError([text`${what}. ${remedy}`]);
  }
  const { errored, complete, resource_changes, prior_state, configuration, variables, action_invocations } =
    parsed.output;
  if (errored) throw new PlanError([text`${file} is a plan that failed: it does not hold everything. Plan again.`]);
  if (!complete)
    throw new PlanError([
      text`${file} is not complete: it is limited by -target, or Terraform has put off some changes. Plan again without -target, or after applying it.`,
    ]);
  // Not every Terraform marks an incomplete plan, and none marks one made with -refresh-only or -invoke.
  const planned = new Set(resource_changes.flatMap(({ address, previous_address }) => [address, previous_address]));
  const missing = taskDefinitionsBefore(prior_state).find((address) => !planned.has(address));
  if (missing !== undefined) {
    throw new PlanError([
      text`${file} is a partial plan: it leaves out ${excerpt(missing)}, which is in the state. Plan without -target, -refresh-only and -invoke.`,
    ]);
  }
  const managed = resource_changes.filter(({ mode }) => mode === "managed");
  return {
    /** Every resource in the plan, including unchanged ones, but not data sources. */
    resources: managed.filter(({ deposed }) => deposed === undefined).map(resource),
    /** What interrupted replacements have left over, at the addresses of the resources. */
    leftovers: managed.filter(({ deposed }) => deposed !== undefined).map(resource),
    /** The plan's copy of the configuration, as expressions. */
    configuration,
    /** Names of the variables whose values the plan holds. */
    variables: Object.keys(variables),
    /** Addresses of the actions that the plan also invokes. */
    actions: action_invocations.map(({ address }) => address),
  };
}

export type PlannedResource = Readonly<ReturnType<typeof resource>>;

function resource(one: v.InferOutput<typeof PlanSchema>["resource_changes"][number]) {
  const { actions, before, after_unknown: unknown, importing } = one.change;
  const isDestroyed = actions.join() === "delete";
  const isForgotten = actions.includes("forget");
  const staysRegistered = one.type === TASK_DEFINITION && (isForgotten || objectOf(before).skip_destroy === true);
  const isLeft = isForgotten || staysRegistered;
  // A resource that Terraform forgets stays as it is.
  const after = isLeft && !isJsonObject(one.change.after) ? before : one.change.after;
  return {
    /** `module.shop.aws_ecs_task_definition.web[0]` */
    address: one.address,
    type: one.type,
    /** `["no-op"]`, `["create"]`, `["delete", "create"]`, … */
    actions,
    /** Whether the plan destroys it and makes no replacement. */
    isDestroyed,
    /** Whether it is only forgotten when it is destroyed or replaced: by `skip_destroy` or `destroy = false`. */
    staysRegistered,
    /** Why, such as `replace_by_request`. */
    actionReason: one.action_reason,
    /** Whether an `import` or a `moved` block brings it to this address. */
    isAdopted: one.previous_address !== undefined || isJsonObject(importing),
    /** undefined when the resource does not exist yet. */
    before: isJsonObject(before) ? before : undefined,
    /** undefined when it is deleted, but not when it only leaves the state. Values known only after the apply are missing. */
    after: isJsonObject(after) ? after : undefined,
    /** The same structure, with true for each value known only after the apply. */
    unknown: objectOf(unknown),
  };
}
