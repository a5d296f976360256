import type { SafeText } from "../text/safe-text";
import type { Verdict } from "./verdict";

/** The result for one running task. */
export type TaskStatus = {
  /** ARNs. */
  readonly task: string;
  readonly cluster: string;
  /** null for a task that no service has started. */
  readonly service: string | null;
  readonly family: string;
  readonly revision: number;
  readonly verdict: Verdict;
  readonly reason: SafeText;
  readonly remedy: SafeText;
  /** Without the Defender. */
  readonly containers: { readonly total: number; readonly protected: number };
};
