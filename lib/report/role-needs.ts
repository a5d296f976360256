import { groupBy } from "../group-by";
import type { SafeText } from "../text/safe-text";
import type { TaskReport } from "./report";

/** The permissions that the tasks' own execution roles need, and who grants them. */
type RoleNeed = {
  readonly roles: readonly SafeText[];
  /** Whether the stack grants them. If not, the roles' owners have to. */
  readonly granted: boolean;
  /** Statements of an IAM policy. */
  readonly statements: readonly object[];
};

/** Lists each statement once, grouped by the roles that need it. */
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
