import type xml from "xml";

import { nameOf } from "../../arn";
import type { Status } from "../../status/status";
import type { TaskStatus } from "../../status/task-status";
import { VERDICT_NAMES } from "../../status/verdict";
import type { SafeText } from "../../text/safe-text";
import { junitDocument } from "../junit";

/** A test case for each running task; skipped when containers were left out on purpose. */
export function statusAsJUnit({ tasks, summary }: Status): SafeText {
  const skipped = summary.verdicts["left-out"];
  const failures = summary.tasks - summary.protected - skipped;
  return junitDocument({ name: "status", tests: summary.tasks, failures, skipped }, tasks.map(testCase));
}

function testCase(task: TaskStatus): xml.XmlObject {
  const { cluster, service, family, revision, verdict, reason, remedy } = task;
  const _attr = {
    name: `${family}:${revision} ${nameOf(task.task)}`,
    classname: [nameOf(cluster), service ?? "(no service)"].join("."),
  };
  const message = `${VERDICT_NAMES[verdict]}: ${reason}`;
  if (verdict === "protected") return { testcase: [{ _attr }] };
  if (verdict === "left-out") return { testcase: [{ _attr }, { skipped: [{ _attr: { message } }] }] };
  return { testcase: [{ _attr }, { failure: [{ _attr: { message, type: verdict } }, remedy] }] };
}
