/** The number of earlier releases whose Defenders a Console supports. */
export const SUPPORTED_BEFORE = 2;

/** Whether a Console no longer supports a Defender, by their versions, such as `34.04.145`. */
export function isUnsupported(defender: string, console: string): boolean {
  // Releases before 30 were named by year and month: a Console of today supports none of them.
  return releaseOf(console) - releaseOf(defender) > SUPPORTED_BEFORE;
}

/** Whether one version is older than the other. */
export function isOlder(one: string, other: string): boolean {
  const [mine, theirs] = [numbersOf(one), numbersOf(other)];
  const index = mine.findIndex((number, position) => number !== theirs[position]);
  return index >= 0 && (mine[index] ?? 0) < (theirs[index] ?? 0);
}

function releaseOf(version: string): number {
  return numbersOf(version)[0] ?? 0;
}

function numbersOf(version: string): readonly number[] {
  return version.split(".").map(Number);
}
