import { closest, distance } from "fastest-levenshtein";

/** The name that was probably meant: it differs in at most two letters, and in at most a quarter of them. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const limit = Math.min(2, written.length / 4);
  // The distance is at least the difference in length.
  const candidates = names.filter(({ length }) => Math.abs(length - written.length) <= limit);
  if (candidates.length === 0) return undefined;
  const [lower, lowers] = [written.toLowerCase(), candidates.map((name) => name.toLowerCase())];
  const best = closest(lower, lowers);
  return distance(lower, best) <= limit ? candidates[lowers.indexOf(best)] : undefined;
}
