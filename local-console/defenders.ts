import { createHash } from "node:crypto";

import { VERSION } from "./defender";

/** A Defender as `GET defenders` lists it; schema `defender.Defender` of the published API, as far as Fargate needs it. */
export type ListedDefender = {
  readonly type: string;
  readonly category: string;
  /** The App ID, `FAMILY:UUID`, which all containers of a task share. */
  readonly hostname: string;
  readonly connected: boolean;
  readonly version: string;
  readonly lastModified: string;
  readonly cloudMetadata?: Readonly<Record<string, string>>;
};

/** Defenders of one family that are in the same state. */
export type DefenderGroup = {
  readonly family: string;
  readonly count: number;
  readonly connected: boolean;
  /** @default VERSION */
  readonly version?: string;
  readonly cloudMetadata?: Readonly<Record<string, string>>;
};

// SaaS Consoles return no more in one page.
const PAGE = 50;

/** The Defenders of these groups, each with an App ID of its own, the same at every start. */
export function defendersOf(groups: readonly DefenderGroup[]): readonly ListedDefender[] {
  return groups.flatMap(({ family, count, connected, version = VERSION, cloudMetadata }, group) =>
    Array.from({ length: count }, (_, index) => ({
      type: "fargate",
      category: "appEmbedded",
      hostname: `${family}:${uuid(`${family} ${group} ${index}`)}`,
      connected,
      version,
      lastModified: "2026-01-02T03:04:05Z",
      ...(cloudMetadata && { cloudMetadata }),
    })),
  );
}

/**
 * Parses a group from the command line: `web:3` means three connected Defenders of the family, `web:3:stale` three that
 * have disconnected, `web:3:33.01.137` three of that version.
 *
 * @throws RangeError
 */
export function parseDefenderGroup(text: string): DefenderGroup {
  const { family, count, state } =
    /^(?<family>[\w-]{1,255}):(?<count>\d{1,5})(:(?<state>stale|\d+\.\d+\.\d+))?$/.exec(text)?.groups ?? {};
  if (family === undefined || count === undefined) {
    throw new RangeError(
      `--defenders must be FAMILY:NUMBER, FAMILY:NUMBER:stale or FAMILY:NUMBER:VERSION, got ${text}.`,
    );
  }
  const connected = state !== "stale";
  return { family, count: Number(count), connected, ...(connected && state !== undefined && { version: state }) };
}

/** One page, in the order of host names; null instead of an empty one, as the Console answers. */
export function listDefenders(
  all: readonly ListedDefender[],
  version: string,
  query: Readonly<Record<string, string>>,
): readonly ListedDefender[] | null {
  const { type, connected, latest, offset = "0", limit = String(PAGE) } = query;
  const types = type?.split(",");
  const selected = all
    .filter((defender) => types === undefined || types.includes(defender.type))
    .filter((defender) => connected === undefined || String(defender.connected) === connected)
    .filter((defender) => latest === undefined || String(defender.version === version) === latest)
    .sort((one, other) => (one.hostname < other.hostname ? -1 : 1));
  const start = Number(offset);
  const page = selected.slice(start, start + Math.min(Number(limit), PAGE));
  return page.length === 0 ? null : page;
}

function uuid(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
