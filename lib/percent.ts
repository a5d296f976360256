/** How much of the whole a part is, in percent, rounded down: 100 means all. Of nothing it is all. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((100 * part) / whole);
}
