import { defined } from "../defined";
import type { StructureFacts } from "../protection/structure";
import type { DefenderSettings } from "../settings/defender-images";

/** What a task definition without its original is held against. */
export function structureFacts({ defenderRegistry, defenderImages, consoleAddress }: DefenderSettings): StructureFacts {
  return defined({ images: defined({ registry: defenderRegistry, copies: defenderImages }), consoleAddress });
}
