import { DEFENDER_VARIABLES } from "../defender";
import { quote, text } from "../text/safe-text";
import type { Draft } from "./draft";
import { isExcluded, removeOrExclude } from "./exclusions";
import { notice, problem, type Step } from "./finding";

/** Checks for environment variables that clash with the Defender's or with each other, or that ECS drops. */
export function* checkVariables(draft: Draft): Step {
  for (const { path, values } of draft.containers) {
    const { name: container, environment = [], secrets = [] } = values;
    const isWrapped = isExcluded(draft, container) === false;
    for (const [key, variables] of Object.entries({ environment, secrets })) {
      for (const [index, { name }] of variables.entries()) {
        if (!isWrapped || !DEFENDER_VARIABLES.includes(name)) continue;
        yield problem(
          [...path, key, index],
          () => text`${name} is a variable that the Defender sets itself. ${removeOrExclude(draft)}`,
        );
      }
    }
    const taken = new Set(environment.map(({ name }) => name));
    for (const [index, { name }] of secrets.entries()) {
      if (name !== "" && taken.has(name)) {
        yield problem(
          [...path, "secrets", index],
          () => text`there is another variable ${quote(name)}, and ECS takes a secret's name only once. Remove one.`,
        );
      }
      taken.add(name);
    }
    for (const [index, { value }] of environment.entries()) {
      if (value !== "") continue;
      yield notice(
        [...path, "environment", index],
        () => text`the value is empty, and ECS forgets such variables. Remove it, or write a value.`,
      );
    }
  }
}
