import stringWidth from "fast-string-width";

import { counted } from "../counted";
import { join, layOut, type SafeText, text, wholeText } from "../text/safe-text";
import { wrapBeside } from "../text/wrap";
import { defenderPart, licenceNote, type Report, startOf, type TaskReport } from "./report";
import { roleNeeds } from "./role-needs";
import type { Style } from "./style";

// The summary's width in a build log.
const WIDTH = 80;
// In a larger fleet each task gets one line, with only what can't wait for the report.
const BLOCKS = 10;
const WIDEST_NAME = 30;

type Row = readonly [name: SafeText, text: SafeText];

/** Where the results are, as paths from the project's folder. */
type Places = { readonly stack: string; readonly report: string };

/** The report's short form for a terminal or a build log. */
export function toSummary(report: Report, places: Places, style: Style): SafeText {
  const { console, coverage, installBundle, tasks } = report;
  const { bold, green, yellow } = style.paint;
  const covered = text`${coverage.protected} of ${coverage.containers} containers proven protected (${coverage.percent} %)`;
  const isDetailed = tasks.length <= BLOCKS;
  const rows: readonly Row[] = [
    ...tasks.flatMap((task) =>
      isDetailed ? [[bold(task.family), text``] as const, ...details(task, style)] : [oneRow(task, style)],
    ),
    [text``, text``],
    [text`Region`, report.region],
    [text`Console`, text`${console.version} at ${console.url}`],
    [
      text`Bundle`,
      installBundle.kind === "managed"
        ? text`given to Terraform by ${installBundle.file}, kept in a secret of the stack`
        : text`read from ${installBundle.arn}`,
    ],
    ...roles(tasks, places),
    [text`Coverage`, coverage.percent === 100 ? green(covered) : yellow(covered)],
    [text`Stack`, text`${places.stack}`],
    [text`Report`, text`${places.report}`],
  ];
  const widest = Math.max(...rows.map(([name, beside]) => (beside === "" ? 0 : stringWidth(name))));
  const width = Math.min(widest, WIDEST_NAME) + 2;
  return join([...rows.flatMap((row) => laidOut(row, width, style.columns ?? WIDTH)), text``], "\n");
}

function details(task: TaskReport, { paint: { green, yellow } }: Style): readonly Row[] {
  const { containers, cpu, memory, defender, notices } = task;
  return [
    [text`  File`, task.file],
    ...containers.map(
      ({ name, reason, lookedUp }): Row => [
        text`  ${name}`,
        reason === null
          ? green(lookedUp ? text`protected, ${startOf(lookedUp)}` : text`protected`)
          : yellow(text`left out: ${reason}`),
      ],
    ),
    [text`  Defender`, text`${defender.version ?? "version unknown"}, ${defender.image} (${licenceNote(defender)})`],
    [text`  Size`, text`${cpu} CPU units and ${memory} MiB, ${defenderPart(defender)}`],
    ...(defender.logGroup === null ? [] : [[text`  Logs`, defender.logGroup] as const]),
    ...notices.map((notice): Row => [text`  Notice`, notice]),
  ];
}

function oneRow({ family, containers, notices }: TaskReport, { paint: { green, yellow } }: Style): Row {
  const leftOut = containers.filter(({ reason }) => reason !== null);
  const lookedUp = containers.filter((container) => container.lookedUp !== null).length;
  const protection = text`${containers.length - leftOut.length} of ${containers.length} protected`;
  const parts = [
    leftOut.length > 0 ? yellow(protection) : green(protection),
    ...leftOut.map(({ name, reason }) => yellow(text`left out ${name}: ${reason ?? ""}`)),
    ...(lookedUp > 0 ? [text`${lookedUp} with the image's entry point`] : []),
    ...(notices.length > 0 ? [text`${counted(notices.length, "notice")} in the report`] : []),
  ];
  return [family, join(parts)];
}

// More roles are only counted; the report lists them.
const ROLES = 5;

/** The permissions that roles other than the stack's need. */
function roles(tasks: readonly TaskReport[], { report }: Places): readonly Row[] {
  const needs = roleNeeds(tasks);
  const missing = needs.filter((need) => !need.granted);
  const rolesOf = (some: typeof needs) => [...new Set(some.flatMap(({ roles }) => roles))];
  const [owners, granted] = [rolesOf(missing), rolesOf(needs.filter((need) => need.granted))];
  const namesOf = (roles: readonly SafeText[]) =>
    roles.length > ROLES ? text`${roles.length} roles, which ${report} lists,` : join(roles);
  const sentences = [
    ...(missing.length > 1 && owners.length > ROLES
      ? [text`${owners.length} roles must allow what ${report} lists`]
      : missing.map(({ roles, statements }) =>
          join([namesOf(roles), text`must allow`, wholeText(JSON.stringify(statements))], " "),
        )),
    ...(granted.length > 0 ? [join([text`the stack grants`, namesOf(granted), text`what the tasks need`], " ")] : []),
  ];
  return sentences.map((sentence) => [text`Roles`, sentence]);
}

/** Lays out a name, and beside it a text in as many lines as it needs. */
function laidOut([name, beside]: Row, width: number, columns: number): readonly SafeText[] {
  if (beside === "") return [name];
  const padded = layOut(name, (plain) => plain + " ".repeat(Math.max(1, width - stringWidth(plain))));
  return wrapBeside(padded, beside, width, columns);
}
