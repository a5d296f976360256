import { DEFENDER_VARIABLES } from "../defender";
import { quote } from "../text/safe-text";
import type { Draft } from "./draft";
import { isExcluded, removeOrExclude } from "./exclusions";
import { notice, problem, type Step } from "./finding";

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

/** Checks for environment variables that clash with the Defender's or with each other, or that ECS drops. */
export function* checkVariables(draft: Draft): Step {
  for (const { path, values } of draft.containers) {
    const { name: container, environment = [], secrets = [] } = values;
    const isWrapped = isExcluded(draft, container) === false;
    for (const [key, variables] of Object.entries({ environment, secrets })) {
      for (const [index, { name }] of variables.entries()) {
        if (!isWrapped || !DEFENDER_VARIABLES.includes(name)) continue;
        const place = [...path, key, index];
        yield problem(place)`${name} is a variable that the Defender sets itself. ${removeOrExclude(draft)}`;
      }
    }
    const taken = new Set(environment.map(({ name }) => name));
    for (const [index, { name }] of secrets.entries()) {
      if (name !== "" && taken.has(name)) {
        const why = "and ECS takes a secret's name only once. Remove one.";
        yield problem([...path, "secrets", index])`there is another variable ${quote(name)}, ${why}`;
      }
      taken.add(name);
    }
    for (const [index, { value }] of environment.entries()) {
      if (value !== "") continue;
      const place = [...path, "environment", index];
      yield notice(place)`the value is empty, and ECS forgets such variables. Remove it, or write a value.`;
    }
  }
}
