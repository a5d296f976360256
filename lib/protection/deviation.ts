import { andMore, SHOWN } from "../counted";
import type { JsonValue } from "../json";
import { excerpt, layOut, type SafeText, text } from "../text/safe-text";

/** One difference of a task definition from the protected one expected. Only `describe` turns it into text for people. */
export type Deviation = {
  /** The container's name as received; left out at the task level. */
  readonly container?: string;
  readonly field: string;
  readonly expected: SafeText | Outside;
  readonly got: SafeText | Outside;
};

/** A value of a task definition; `undefined` when there is none. */
type Outside = { readonly json: JsonValue | undefined };

export const outside = (json: JsonValue | undefined): Outside => ({ json });

/** The field of a deviation that is about a container as a whole. */
export const WHOLE_CONTAINER = "container";

/** `container app, user: expected "1000", got "root".` */
export function describe({ container, field, expected, got }: Deviation): SafeText {
  const fields = field === WHOLE_CONTAINER ? text`` : text`, ${excerpt(field, 200)}`;
  const where = container === undefined ? excerpt(field, 200) : text`container ${excerpt(container, 120)}${fields}`;
  const [wanted, found] = showBoth(expected, got);
  return text`${where}: expected ${wanted}, got ${found}.`;
}

/** Describes the first deviations, then counts the others. */
export function describeAll(deviations: readonly Deviation[]): readonly SafeText[] {
  return [...deviations.slice(0, SHOWN).map(describe), ...andMore(deviations.length - SHOWN, "deviation")];
}

// Fields in which people put credentials against all advice: no message shows their values.
const PRIVATE = /(^|\.)(command|options|dockerLabels|driverOpts|environment)(\.|$)/;

export function isPrivate(field: string): boolean {
  return PRIVATE.test(field);
}

/** At most this many characters of an outside value are shown. */
const LENGTH = 120;

/** Shows both from the beginning or, if they look the same there, from a little before their first difference. */
function showBoth(expected: Deviation["expected"], got: Deviation["got"]): readonly [SafeText, SafeText] {
  const [wanted, found] = [show(expected), show(got)];
  if (wanted !== found || typeof expected === "string" || typeof got === "string") return [wanted, found];
  // Masked before they are cut, so that no part of a secret is left.
  const [one, other] = [show(expected, Number.POSITIVE_INFINITY), show(got, Number.POSITIVE_INFINITY)];
  if (one === other) return [wanted, text`another value; the difference is in a hidden part`];
  const start = firstDifference(one, other) - LENGTH / 3;
  return [cutFrom(one, start), cutFrom(other, start)];
}

function firstDifference(one: string, other: string): number {
  let index = 0;
  while (one[index] === other[index]) index += 1;
  return index;
}

function cutFrom(value: SafeText, start: number): SafeText {
  const end = start + LENGTH - 2;
  return layOut(value, (line) => `…${line.slice(start, end)}${line.length > end ? "…" : ""}`);
}

function show(value: SafeText | Outside, limit = LENGTH): SafeText {
  if (typeof value === "string") return value;
  if (value.json === undefined) return text`none`;
  return excerpt(
    JSON.stringify(value.json, (key, child: JsonValue) => (isPrivate(key) ? "…" : child)),
    limit,
  );
}
