// White space and what can't be seen counts for nothing in a secret: encoders and people break lines, and cleaning makes
// spaces of what it removes.

/** Whether the character counts for nothing. */
export function isGap(character: number): boolean {
  if (character < 0x80) return character <= 0x20 || character === 0x7f;
  return character <= 0x10ffff && isInvisible(character);
}

// Made when it is needed: that takes a millisecond, and few texts have such characters.
let invisible: RegExp | undefined;

function isInvisible(character: number): boolean {
  invisible ??= /[\s\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
  return invisible.test(String.fromCodePoint(character));
}

/** Where the white space ends that begins here. */
export function endOfGap(text: string, at: number): number {
  let end = at;
  for (let next = text.codePointAt(end); next !== undefined && isGap(next); next = text.codePointAt(end)) {
    end += next > 0xffff ? 2 : 1;
  }
  return end;
}

export function withoutGaps(text: string): string {
  // Nearly every secret is of these.
  if (/^[!-~]*$/.test(text)) return text;
  return [...text].filter((character) => !isGap(character.codePointAt(0) ?? 0)).join("");
}
