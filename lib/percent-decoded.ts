/** The text without percent-encoding; undefined where it isn't encoded rightly. */
export function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
