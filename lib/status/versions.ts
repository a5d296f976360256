// Releases before 30, numbered by year and month; newest first.
const EARLIER = ["22.12", "22.06", "22.01", "21.08", "21.04", "20.12", "20.09", "20.04"];
const FIRST_NUMBERED = 30;

/** The number of earlier releases whose Defenders a Console supports. */
export const SUPPORTED_BEFORE = 2;

/** Whether a Console no longer supports a Defender, by their versions, such as `34.04.145`. */
export function isUnsupported(defender: string, console: string): boolean {
  return releaseOf(console) - releaseOf(defender) > SUPPORTED_BEFORE;
}

/** Whether one version is older than the other. */
export function isOlder(one: string, other: string): boolean {
  const [mine, theirs] = [numbersOf(one), numbersOf(other)];
  const index = mine.findIndex((number, position) => number !== theirs[position]);
  return index >= 0 && (mine[index] ?? 0) < (theirs[index] ?? 0);
}

/** Returns a release's rank, higher for later ones; an unknown release counts as the oldest. */
function releaseOf(version: string): number {
  const [major = 0] = numbersOf(version);
  if (major >= FIRST_NUMBERED) return major;
  const index = EARLIER.indexOf(version.slice(0, "22.12".length));
  return index < 0 ? 0 : FIRST_NUMBERED - 1 - index;
}

function numbersOf(version: string): readonly number[] {
  return version.split(".").map(Number);
}
