/** The part's share of the whole in percent, rounded down: 100 means all. 100 for an empty whole, too. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((100 * part) / whole);
}
