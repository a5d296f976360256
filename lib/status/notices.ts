import { type SafeText, text } from "../text/safe-text";
import type { Facts } from "./facts";

/**
 * What limits a result: the Console knows a Defender's family alone, so those of tasks that were not read, or have just
 * stopped, may stand in for a missing one.
 */
export function noticesOf({ running, defenders }: Facts): readonly SafeText[] {
  return [...running].flatMap(([family, number]) => {
    const connected = defenders.get(family)?.connected ?? 0;
    if (connected <= number) return [];
    const counts = text`Of the family ${family} ${connected} Defenders are connected, and ${number} run in these clusters`;
    return [text`${counts}: it runs elsewhere, too, or tasks have just stopped. Whose are connected can't be told.`];
  });
}
