/** Whether Terraform keeps the text as it is: it normalizes every string to Unicode's NFC. */
export function isNormalized(text: string): boolean {
  return text === text.normalize("NFC") && !/\p{Surrogate}/u.test(text);
}
