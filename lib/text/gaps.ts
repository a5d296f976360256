// White space and invisible characters in a secret are ignored: encoders and people break lines, and cleaning replaces
// what it removes with spaces.

/** Whether the character is ignored. */
export function isGap(character: number): boolean {
  if (character < 0x80) return character <= 0x20 || character === 0x7f;
  return character <= 0x10ffff && isInvisible(character);
}

// Created on first use: that takes a millisecond, and few texts need it.
let invisible: RegExp | undefined;

function isInvisible(character: number): boolean {
  invisible ??= /[\s\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
  return invisible.test(String.fromCodePoint(character));
}

/** Returns the end of the white space that begins here. */
export function endOfGap(text: string, at: number): number {
  let end = at;
  for (let next = text.codePointAt(end); next !== undefined && isGap(next); next = text.codePointAt(end)) {
    end += next > 0xffff ? 2 : 1;
  }
  return end;
}

export function withoutGaps(text: string): string {
  // Nearly every secret has only these characters.
  if (/^[!-~]*$/.test(text)) return text;
  return [...text].filter((character) => !isGap(character.codePointAt(0) ?? 0)).join("");
}
