import { closest, distance } from "fastest-levenshtein";
import * as v from "valibot";

/** An object with these keys and no other. Unlike `v.strictObject` it reports every unknown key, not the first alone. */
export function closed<const E extends v.ObjectEntries>(
  entries: E,
): v.GenericSchema<v.InferInput<v.ObjectSchema<E, undefined>>, v.InferOutput<v.ObjectSchema<E, undefined>>> {
  const known = Object.keys(entries);
  return v.pipe(
    v.looseObject(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      const input: unknown = dataset.value;
      if (typeof input !== "object" || input === null) return;
      for (const [key, value] of Object.entries(input)) {
        if (known.includes(key)) continue;
        const path: [v.ObjectPathItem] = [{ type: "object", origin: "key", input: { ...input }, key, value }];
        addIssue({ message: `is no key that is known here. ${remedy(key, known)}`, path });
      }
    }),
  );
}

function remedy(key: string, known: readonly string[]): string {
  const nearest = closest(
    key.toLowerCase(),
    known.map((name) => name.toLowerCase()),
  );
  const name = known.find((candidate) => candidate.toLowerCase() === nearest);
  if (name && distance(key.toLowerCase(), nearest) <= Math.min(2, key.length / 4)) return `Write ${name}.`;
  return known.length <= 12 ? `Known are ${known.join(", ")}.` : "The AWS provider would drop it: take it off.";
}
