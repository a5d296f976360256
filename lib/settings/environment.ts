/** The variables of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

// Azure DevOps leaves `$(NAME)` in place of a variable that isn't set, some other tools `${NAME}`. The others are from
// GitHub, shells and Windows, in places that they don't expand.
const UNEXPANDED = /^(\$\([\w.-]+\)|\$\{\w+\}|\$\{\{[^}]*\}\}|\$[A-Z]+(_[A-Z\d]+)+|%[A-Z]+(_[A-Z\d]+)+%)$/;

/** Whether the value is a variable reference that was not expanded. */
export function isUnexpanded(value: string): boolean {
  return UNEXPANDED.test(value.trim());
}

/** Whether a variable's value counts: an empty one and an unexpanded one are missing. */
export function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "" && !isUnexpanded(value);
}

/** Returns the values that count, trimmed. A password may begin or end with a space. */
export function readVariables(environment: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(
    names.map((name) => {
      const value = environment[name];
      return [name, isSet(value) ? (name === "TL_PASS" ? value : value.trim()) : undefined];
    }),
  );
}
