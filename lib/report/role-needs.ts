import { groupBy } from "../group-by";
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
  const all = tasks.flatMap(({ executionRole: role }) =>
    role.kind === "task" ? role.statements.map((statement) => ({ ...role, statement })) : [],
  );
  const byStatement = groupBy(all, ({ granted, statement }) => JSON.stringify([granted, statement]));
  const needs = [...byStatement.values()].map((same) => {
    const [{ granted, statement }] = same;
    return { granted, statement, roles: [...new Set(same.map(({ arn }) => arn))] };
  });
  const byRoles = groupBy(needs, ({ granted, roles }) => JSON.stringify([granted, ...roles]));
  return [...byRoles.values()].map((same) => {
    const [{ granted, roles }] = same;
    return { roles, granted, statements: same.map(({ statement }) => statement) };
  });
}
