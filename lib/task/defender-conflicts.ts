import { DEFENDER_VARIABLES, hidesDefender } from "../defender";
import { quote } from "../text/safe-text";
import type { Draft, DraftContainer } from "./draft";
import { isExcluded, removeOrExclude } from "./exclusions";
import { problem, type Step } from "./finding";
import { entriesAt } from "./json-path";

/** Checks that no container sets the Defender's variables, drops the capability that it needs, or hides it by a mount. */
export function* checkDefenderConflicts(draft: Draft): Step {
  for (const container of draft.containers) {
    if (isExcluded(draft, container.values.name) === false) {
      yield* checkReservedVariables(draft, container);
      yield* checkCapabilities(draft, container);
    }
    // In excluded containers, too: `volumesFrom` passes mounts on.
    yield* checkMounts(container);
  }
}

function* checkReservedVariables(draft: Draft, { path, values }: DraftContainer): Step {
  const variables = [
    ...entriesAt([...path, "environment"], values.environment),
    ...entriesAt([...path, "secrets"], values.secrets),
  ];
  for (const [place, { name }] of variables) {
    if (!DEFENDER_VARIABLES.includes(name)) continue;
    yield problem(place)`${name} is a variable that the Defender sets itself. ${removeOrExclude(draft)}`;
  }
}

function* checkCapabilities(draft: Draft, { path, values }: DraftContainer): Step {
  const { drop = [] } = values.linuxParameters?.capabilities ?? {};
  const index = drop.indexOf("SYS_PTRACE");
  if (index < 0) return;
  const place = [...path, "linuxParameters", "capabilities", "drop", index];
  yield problem(place)`SYS_PTRACE is a capability that the Defender needs. ${removeOrExclude(draft)}`;
}

function* checkMounts({ path, values }: DraftContainer): Step {
  const mounts = [
    ...entriesAt([...path, "mountPoints"], values.mountPoints),
    ...entriesAt([...path, "linuxParameters", "tmpfs"], values.linuxParameters?.tmpfs),
  ];
  for (const [place, { containerPath = "" }] of mounts) {
    if (!hidesDefender(containerPath)) continue;
    yield problem(place)`${quote(containerPath)} would hide the Defender. Mount it elsewhere.`;
  }
}
