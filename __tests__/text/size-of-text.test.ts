import { Finder } from "../../lib/text/finder";
import { mask, Secret } from "../../lib/text/secret";
import { cpuSince } from "../cpu-time";

const PIECES = 16;
const PIECE_LENGTH = 1000;
const LEAST_MICROSECONDS = 20_000;

/** The CPU time of `rounds` times the work, in microseconds. */
function cpuTime(rounds: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) work();
  return cpuSince(before);
}

/** So many rounds that the system's clock measures them well, and their time. The compiler has seen the code by then. */
function measured(work: () => void): readonly [rounds: number, time: number] {
  for (let rounds = 1; ; rounds *= 2) {
    const time = cpuTime(rounds, work);
    if (time >= LEAST_MICROSECONDS) return [rounds, time];
  }
}

test.each([
  "eyJ",
  "eyJ-",
  "eyJ.",
  "\\",
  "%25",
  "&amp;",
  "+",
  'p"',
  "eyJhbGci-eyJ.eyJ",
  "'",
  '"',
  "p\u200b",
  "\t\u200b",
  "p%20",
  "%0A",
  "&foo;",
  "&#97",
  "\\n",
  "\\141",
  "tw_a",
  "Basic ",
  "//",
  "//a:",
])("masking a text takes as much work as masking it in 16 pieces, as with %j repeated", (part) => {
  // With beginnings of all kinds: a letter, an escape, beyond ASCII.
  for (const value of ["p\"ä<s>&'w 漢/\n+😀\\%", "\\\\server\\share", "ÿ-a password"]) new Secret(value);
  const piece = part.repeat(PIECE_LENGTH / part.length);
  const text = piece.repeat(PIECES);
  const [rounds, ofPieces] = measured(() => {
    for (let count = 0; count < PIECES; count++) mask(piece);
  });
  const ofText = cpuTime(rounds, () => mask(text));
  // From 1 to 2. A loop in a loop, or backtracking, brings it to 16 or more.
  expect(ofText / ofPieces).toBeLessThan(6);
});

test("a text is searched for a thousand values that begin alike about as fast as for ten", () => {
  const beginning = "password".repeat(5);
  const text = beginning.repeat(50);
  const finderOf = (count: number) => {
    const finder = new Finder();
    for (let index = 0; index < count; index++) finder.add(`${beginning}-${index}`);
    return finder;
  };
  const [ten, thousand] = [finderOf(10), finderOf(1000)];
  expect(thousand.isIn(`${text}-999`)).toBe(true);
  const [rounds, ofTen] = measured(() => ten.isIn(text));
  const ofThousand = cpuTime(rounds, () => thousand.isIn(text));
  // About 2. If the text were compared with each value, 100.
  expect(ofThousand / ofTen).toBeLessThan(20);
});
