/** The CPU time since then, in microseconds. Other processes use up their own. The user's part alone may be 0. */
export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
