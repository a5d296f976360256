import type { SafeText } from "../text/safe-text";
import type { Verdict } from "./verdict";

/** What is said of one running task. */
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
  /** The Defender not counted. */
  readonly containers: { readonly total: number; readonly protected: number };
};
