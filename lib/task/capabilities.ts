import type { Draft } from "./draft";
import { isExcluded, removeOrExclude } from "./exclusions";
import { problem, type Step } from "./finding";

/** Checks that each container that isn't excluded keeps the capability to trace, which the Defender needs to watch it. */
export function* checkCapabilities(draft: Draft): Step {
  for (const { path, values } of draft.containers) {
    const { drop = [] } = values.linuxParameters?.capabilities ?? {};
    const index = drop.indexOf("SYS_PTRACE");
    if (index < 0 || isExcluded(draft, values.name) !== false) continue;
    const place = [...path, "linuxParameters", "capabilities", "drop", index];
    yield problem(place)`SYS_PTRACE is a capability that the Defender needs. ${removeOrExclude(draft)}`;
  }
}
