/** `one, another and a third` */
export function joinWords(words: readonly string[], last: "and" | "or"): string {
  return words.join(", ").replace(/, (?=[^,]*$)/, ` ${last} `);
}
