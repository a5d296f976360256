import type { Status } from "../../status/status";
import { type SafeText, wholeText } from "../../text/safe-text";

/** JSON for programs, described by docs/status.schema.json. */
export function statusAsJson({ tasks, summary, readAt }: Status): SafeText {
  const document = { tasks: tasks.map(({ containers: _, ...task }) => task), summary, readAt };
  return wholeText(`${JSON.stringify(document, null, 2)}\n`);
}
