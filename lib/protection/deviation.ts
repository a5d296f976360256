import type { JsonValue } from "../json";
import { excerpt, type SafeText, text } from "../text/safe-text";

/** One way in which a task definition isn't the one asked for, protected. Only `describe` makes a text for people of it. */
export type Deviation = {
  /** The container's name, as it came; none for the task level. */
  readonly container?: string;
  readonly field: string;
  readonly expected: SafeText | Outside;
  readonly got: SafeText | Outside;
};

/** A value of a task definition; `undefined` when there is none. */
export type Outside = { readonly json: JsonValue | undefined };

export const outside = (json: JsonValue | undefined): Outside => ({ json });

/** At most this many deviations of one answer are described. */
const DESCRIBED = 50;

/** `container app, user: expected "1000", got "root".` */
export function describe({ container, field, expected, got }: Deviation): SafeText {
  const at = excerpt(field, 200);
  const where = container === undefined ? at : text`container ${excerpt(container, 120)}, ${at}`;
  return text`${where}: expected ${show(expected)}, got ${show(got)}.`;
}

/** The first ones described, then how many others there are. */
export function describeAll(deviations: readonly Deviation[]): readonly SafeText[] {
  const others = deviations.length - DESCRIBED;
  const first = deviations.slice(0, DESCRIBED).map(describe);
  return others > 0 ? [...first, text`${others} more deviation${others === 1 ? "" : "s"}.`] : first;
}

// Where people put credentials in spite of all advice: these values appear in no message.
const PRIVATE = /(^|\.)(command|options|dockerLabels|driverOpts|environment)(\.|$)/;

export function isPrivate(field: string): boolean {
  return PRIVATE.test(field);
}

function show(value: SafeText | Outside): SafeText {
  if (typeof value === "string") return value;
  if (value.json === undefined) return text`none`;
  const visible = JSON.stringify(value.json, (key, child: JsonValue) => (isPrivate(key) ? "…" : child));
  return excerpt(visible, 120);
}
