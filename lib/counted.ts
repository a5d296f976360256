import { type SafeText, text } from "./text/safe-text";

/** `1 task`, `2 tasks` */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** At most this many problems of one thing are shown. */
export const SHOWN = 50;

/** A sentence for the problems that aren't shown, `12 more problems.`, to be put behind the others; none for 0 or less. */
export function andMore(others: number, noun: string): readonly SafeText[] {
  return others > 0 ? [text`${counted(others, `more ${noun}`)}.`] : [];
}
