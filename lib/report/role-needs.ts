import type { SafeText } from "../text/safe-text";
import type { TaskReport } from "./report";

/** What execution roles of the tasks' own need, and who gives it to them. */
type RoleNeed = {
  readonly roles: readonly SafeText[];
  /** Whether the stack grants it. If not, the roles' owners have to allow it. */
  readonly granted: boolean;
  /** Statements of an IAM policy. */
  readonly statements: readonly object[];
};

/** Each statement once: those that the same roles need are together. */
export function roleNeeds(tasks: readonly Pick<TaskReport, "executionRole">[]): readonly RoleNeed[] {
  const rolesOf = new Map<
    string,
    { readonly statement: object; readonly granted: boolean; readonly roles: Set<SafeText> }
  >();
  for (const { executionRole: role } of tasks) {
    if (role.kind !== "task") continue;
    for (const statement of role.statements) {
      const key = JSON.stringify([role.granted, statement]);
      const need = rolesOf.get(key) ?? { statement, granted: role.granted, roles: new Set<SafeText>() };
      need.roles.add(role.arn);
      rolesOf.set(key, need);
    }
  }
  const needs = new Map<string, RoleNeed>();
  for (const { statement, granted, roles } of rolesOf.values()) {
    const key = JSON.stringify([granted, ...roles]);
    needs.set(key, { roles: [...roles], granted, statements: [...(needs.get(key)?.statements ?? []), statement] });
  }
  return [...needs.values()];
}
