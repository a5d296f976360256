import type { Status } from "../../status/status";
import { join, layOut, type SafeText, text } from "../../text/safe-text";
import { wrapBeside } from "../../text/wrap";
import type { Style } from "../style";
import { byService, coverageOf, otherVerdicts, type ServiceStatus } from "./by-service";

const WIDEST = 40;

/** For people: one line per service, broken only on a terminal, then the numbers. */
export function statusAsText(status: Status, { paint, columns }: Style): SafeText {
  const services = byService(status).map((service) => ({
    name: text`${service.cluster}/${service.service}`,
    line: lineOf(service, paint),
  }));
  const { summary, readAt } = status;
  const width = Math.min(WIDEST, Math.max(0, ...services.map(({ name }) => name.length))) + 2;
  const rows = services.flatMap(({ name, line }) => {
    // On a terminal, a name that leaves no room gets a line of its own.
    const isAlone = columns !== undefined && name.length >= width;
    const beside = wrapBeside(pad(isAlone ? text`` : name, width), line, width, columns);
    return isAlone ? [name, ...beside] : beside;
  });
  const covered = coverageOf(summary);
  const others = otherVerdicts(summary);
  return join(
    [
      ...rows,
      ...(rows.length > 0 ? [text``] : []),
      ...(others === "" ? [] : wrapBeside(pad(text`Others`, 12), others, 12, columns)),
      text`Containers  ${summary.protectedContainers} of ${summary.containers} protected`,
      ...wrapBeside(pad(text`Read`, 12), text`AWS at ${readAt.aws}, the Console at ${readAt.console}`, 12, columns),
      join([text`Coverage  `, summary.percent === 100 ? paint.green(covered) : paint.yellow(covered)], "  "),
      text``,
    ],
    "\n",
  );
}

function lineOf({ numbers, worst }: ServiceStatus, { green, yellow, red }: Style["paint"]): SafeText {
  const share = text`${numbers.protected} of ${numbers.tasks} protected`;
  if (numbers.protected === numbers.tasks) return green(share);
  const color = worst.verdict === "left-out" ? yellow : red;
  const what = color(text`${share}, ${otherVerdicts(numbers)}`);
  return join([text`${what}:`, worst.reason, worst.remedy], " ");
}

function pad(name: SafeText, width: number): SafeText {
  return layOut(name, (plain) => `${plain.padEnd(width - 1)} `);
}
