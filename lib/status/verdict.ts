/**
 * Verdicts on a running task, worst first, with their names for sentences and tables. The keys' spelling is a contract: see
 * docs/status.schema.json.
 */
export const VERDICT_NAMES = {
  unprotected: "unprotected",
  "defender-not-healthy": "Defender not healthy",
  "not-connected": "not connected",
  "unsupported-defender": "unsupported Defender",
  "outdated-defender": "outdated Defender",
  "left-out": "left out",
  protected: "protected",
} as const;

export type Verdict = keyof typeof VERDICT_NAMES;

/** Worst first. */
export const VERDICTS = Object.keys(VERDICT_NAMES) as readonly Verdict[];

/** Its index in VERDICTS: 0 is the worst. */
export function rankOf(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict);
}
