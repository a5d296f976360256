import { quote } from "../text/safe-text";
import type { Draft } from "./draft";
import { notice, problem, type Step } from "./finding";
import { entriesAt } from "./json-path";

/** Checks for environment variables and secrets of one name, and for variables that ECS drops. */
export function* checkVariables({ containers }: Draft): Step {
  for (const { path, values } of containers) {
    const { environment = [], secrets } = values;
    const taken = new Set(environment.map(({ name }) => name));
    for (const [place, { name }] of entriesAt([...path, "secrets"], secrets)) {
      if (name !== "" && taken.has(name)) {
        const why = "and ECS takes a secret's name only once. Remove one.";
        yield problem(place)`there is another variable ${quote(name)}, ${why}`;
      }
      taken.add(name);
    }
    for (const [place, { value }] of entriesAt([...path, "environment"], environment)) {
      if (value !== "") continue;
      yield notice(place)`the value is empty, and ECS drops such variables. Remove it, or write a value.`;
    }
  }
}
