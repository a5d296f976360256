import { distance } from "fastest-levenshtein";

/** The name that was probably meant: it differs in at most two letters, and in at most a quarter of them. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const lower = written.toLowerCase();
  const limit = Math.min(2, written.length / 4);
  let best: { readonly name: string; readonly unlikeness: number } | undefined;
  for (const name of names) {
    const other = name.toLowerCase();
    // The distance is at least the difference in length.
    if (Math.abs(other.length - lower.length) > limit) continue;
    const unlikeness = distance(lower, other);
    if (unlikeness <= limit && (best === undefined || unlikeness < best.unlikeness)) best = { name, unlikeness };
  }
  return best?.name;
}
