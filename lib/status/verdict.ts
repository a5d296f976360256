/** Verdicts on a running task, worst first. The spelling is a contract: see docs/status.schema.json. */
export const VERDICTS = [
  "unprotected",
  "defender-not-healthy",
  "not-connected",
  "unsupported-defender",
  "outdated-defender",
  "left-out",
  "protected",
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Its index in VERDICTS: 0 is the worst. */
export function rankOf(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict);
}

/** For sentences and tables. */
export const VERDICT_NAMES: Readonly<Record<Verdict, string>> = {
  unprotected: "unprotected",
  "defender-not-healthy": "Defender not healthy",
  "not-connected": "not connected",
  "unsupported-defender": "unsupported Defender",
  "outdated-defender": "outdated Defender",
  "left-out": "left out",
  protected: "protected",
};
