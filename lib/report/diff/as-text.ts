import { join, type SafeText, text } from "../../text/safe-text";
import { wrap, wrapBeside, wrapBesideOrBelow } from "../../text/wrap";
import type { Style } from "../style";
import { BY_CONSOLE, openEntryPoints, percent, type SidesDiff, type TaskDiff } from "./compare-sides";
import type { Difference } from "./differences";

/** For people: first the containers newly left out of protection, then task by task, and the numbers at the end. */
export function diffAsText({ newlyLeftOut, tasks, coverage, families }: SidesDiff, style: Style): SafeText {
  const { red, bold } = style.paint;
  const leftOut = newlyLeftOut.map(({ family, container, reason }) => text`${family}, ${container}: ${reason}`);
  const alarm = leftOut.flatMap((line) => wrapBeside(text`  `, red(line), 2, style.columns));
  const { before, after } = coverage;
  const numbers = text`${percent(before)} → ${percent(after)}`;
  return join(
    [
      ...(alarm.length > 0 ? [red(bold(text`Newly left out of protection`)), ...alarm, text``] : []),
      ...tasks.flatMap((task) => blockOf(task, style)),
      ...wrap(
        text`Protected: ${before.protected} of ${before.containers} → ${after.protected} of ${after.containers} containers (${numbers}).`,
        style.columns,
      ),
      ...openEntryPoints(coverage).flatMap((sentence) => wrap(sentence, style.columns)),
      tasks.length === 0 ? text`The task definitions are equal.` : text`${tasks.length} of ${families} tasks differ.`,
      text``,
    ],
    "\n",
  );
}

function blockOf({ family, kind, differences }: TaskDiff, style: Style): readonly SafeText[] {
  const heading = style.paint.bold(kind === "changed" ? text`${family}` : text`${family} (${kind})`);
  const fields = differences.map((difference) => {
    const { container, what } = difference;
    const name = container === undefined ? text`${what}` : text`${container}: ${what}`;
    return { name, values: valuesOf(difference, style) };
  });
  const width = Math.min(WIDEST, Math.max(...fields.map(({ name }) => name.length), 0)) + 4;
  const rows = fields.flatMap(({ name, values }) => wrapBesideOrBelow(name, values, width, style.columns));
  return [heading, ...rows, text``];
}

const WIDEST = 40;

function valuesOf({ what, before, after }: Difference, { paint }: Style): SafeText {
  if (before !== undefined && after !== undefined) return join([before, text`→`, after], " ");
  if (before !== undefined) return join([paint.red(text`gone:`), before], " ");
  if (after === undefined) return paint.yellow(text`different`);
  return what.endsWith(BY_CONSOLE) ? after : join([paint.green(text`added:`), after], " ");
}
