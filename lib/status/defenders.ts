import { nameOf, type Place } from "../arn";
import type { RunningTask } from "../aws/running-tasks";
import type { Defender } from "../console/defenders";
import { DEFENDER } from "../defender";
import { groupBy } from "../group-by";

type FamilyDefenders = Readonly<ReturnType<typeof count>>;

export const NONE: FamilyDefenders = { connected: 0, stale: 0, elsewhere: 0, versions: [] };

type AccountAndRegion = Pick<Place, "account" | "region">;

const APP_ID = /^(.+):[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Counts the Console's Defenders by the family in their App ID, `FAMILY:UUID`. */
export function defendersByFamily(
  defenders: readonly Defender[],
  place: AccountAndRegion,
): ReadonlyMap<string, FamilyDefenders> {
  const apps = new Map<string, Defender>();
  for (const defender of defenders) {
    if (!apps.get(defender.hostname)?.connected) apps.set(defender.hostname, defender);
  }
  const families = groupBy(apps.values(), ({ hostname }) => APP_ID.exec(hostname)?.[1]);
  return new Map(
    [...families].flatMap(([family, ofFamily]) =>
      family === undefined ? [] : [[family, count(ofFamily, place)] as const],
    ),
  );
}

/** Counts, by family, the tasks whose Defender may be connected: it runs, even if the task isn't protected, or still starts. */
export function runningDefenders(tasks: readonly RunningTask[]): ReadonlyMap<string, number> {
  const running = tasks.filter(({ containers }) =>
    containers.some(({ name, lastStatus }) => name === DEFENDER && lastStatus === "RUNNING"),
  );
  const families = groupBy(running, ({ taskDefinition }) => nameOf(taskDefinition).replace(/:\d+$/, ""));
  return new Map([...families].map(([family, ofFamily]) => [family, ofFamily.length]));
}

function count(defenders: readonly Defender[], place: AccountAndRegion) {
  const here = defenders.filter((defender) => isHere(defender, place));
  const connected = here.filter((defender) => defender.connected);
  return {
    /** Number of connected App IDs: all containers of a task share one. */
    connected: connected.length,
    /** Number of disconnected ones; the Console forgets them after about an hour. */
    stale: here.length - connected.length,
    /** Number connected from another account or region, as far as the Console reports it. */
    elsewhere: defenders.filter((defender) => defender.connected && !isHere(defender, place)).length,
    /** Versions of the connected ones, as far as the Console reports them. */
    versions: [...new Set(connected.flatMap(({ version }) => version ?? []))],
  };
}

function isHere({ cloudMetadata }: Defender, { account, region }: AccountAndRegion): boolean {
  const isSame = (value: unknown, wanted: string) => typeof value !== "string" || value === "" || value === wanted;
  return isSame(cloudMetadata.accountID, account) && isSame(cloudMetadata.region, region);
}
