import type { Call } from "../http/call";
import type { SafeText } from "../text/safe-text";

/** One request to the Console. */
export type ConsoleCall = Call & {
  /** What to do when the Console finds the request wrong. */
  readonly remedy: SafeText;
  readonly isLogin: boolean;
};
