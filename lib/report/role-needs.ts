import { groupBy } from "../group-by";
import type { TaskReport } from "./report";

/**
 * The permissions that the tasks' own execution roles need: each statement of an IAM policy once, grouped by the roles that
 * need it. `granted`: whether the stack grants them; if not, the roles' owners have to.
 */
export function roleNeeds(tasks: readonly Pick<TaskReport, "executionRole">[]) {
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
