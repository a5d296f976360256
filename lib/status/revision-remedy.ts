import type { RunningTask } from "../aws/running-tasks";
import { DEFENDER } from "../defender";
import { type SafeText, text } from "../text/safe-text";
import { type CheckedDefinition, isCurrent, isProtected, revisionName } from "./checked-definition";
import type { Facts } from "./read-facts";

/** What to do about a task whose revision isn't protected. */
export function remedyForUnprotected(task: RunningTask, definition: CheckedDefinition, facts: Facts): SafeText {
  const protect = text`the task definition ${definition.family} under runtime defense with this project, deploy it, then ${replace(task)}.`;
  const redeploy = hasOnlyAnotherImage(definition)
    ? text`If that image is your copy of the Defender's, name it in DEFENDER_IMAGES. Otherwise put ${protect}`
    : text`Put ${protect}`;
  return moveTo(task, definition, facts, isProtected, "protected") ?? redeploy;
}

/** Whether the Defender's image is the only reason why it isn't protected. */
function hasOnlyAnotherImage({ structure }: CheckedDefinition): boolean {
  return structure.deviations.every(({ container, field }) => container === DEFENDER && field === "image");
}

/** What to do about a task whose revision has an old Defender. */
export function remedyForOutdated(task: RunningTask, definition: CheckedDefinition, facts: Facts): SafeText {
  const isGood = (one: CheckedDefinition) => isCurrent(one, facts.consoleVersion);
  const redeploy = text`Synthesize and deploy again, for a revision with Defender ${facts.consoleVersion} (change runtimeDefense.defenderImage first if it is set). Then ${replace(task)}.`;
  return moveTo(task, definition, facts, isGood, "up to date") ?? redeploy;
}

/** Names a revision that is already good, if any: the one for the service's next tasks, or the family's newest. */
function moveTo(
  task: RunningTask,
  { arn, family }: CheckedDefinition,
  { services, definitions, newest }: Facts,
  isGood: (definition: CheckedDefinition) => boolean,
  what: string,
): SafeText | undefined {
  const service = services.find(({ name, cluster }) => name === task.service && cluster === task.cluster);
  const next = service && definitions.get(service.taskDefinition);
  if (next && next.arn !== arn && isGood(next)) {
    return text`${revisionName(next)} is ${what}, and the service ${service.name} is moving to it: wait for its deployment. If it doesn't end, look at the events of the service.`;
  }
  const latest = newest.get(family);
  if (!latest || latest.arn === arn || !isGood(latest)) return undefined;
  return text`${revisionName(latest)} is ${what}: ${replace(task)}.`;
}

function replace({ service }: RunningTask): SafeText {
  return service === undefined ? text`run the task again` : text`update the service ${service}`;
}
