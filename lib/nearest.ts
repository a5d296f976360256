import { distance } from "fastest-levenshtein";

/** The name that was probably meant: one that differs in two letters at most, and in a quarter of them. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const unlikeness = (name: string) => distance(written.toLowerCase(), name.toLowerCase());
  const [first] = names.toSorted((one, other) => unlikeness(one) - unlikeness(other));
  return first !== undefined && unlikeness(first) <= Math.min(2, written.length / 4) ? first : undefined;
}
