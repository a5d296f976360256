import { quote } from "../text/safe-text";
import type { Draft } from "./draft";
import { problem, type Step } from "./finding";
import { entriesAt } from "./json-path";

/** Checks that each volume is of one kind, and that at most one is configured at launch (API reference, Volume). */
export function* checkVolumes({ task }: Draft): Step {
  const volumes = task.values.volumes ?? [];
  const first = volumes.find(({ configuredAtLaunch }) => configuredAtLaunch);
  for (const [place, volume] of entriesAt(["volumes"], volumes)) {
    // Every other key is a kind.
    const { name: _name, host: _host, ...others } = volume;
    const kinds = Object.entries(others).flatMap(([kind, value]) => (value === false ? [] : [kind]));
    if (kinds.length > 1) {
      yield problem(place)`has ${kinds.join(" and ")}, but ECS takes one of them. Remove one.`;
    }
    if (!first || !volume.configuredAtLaunch || volume === first) continue;
    const flag = [...place, "configuredAtLaunch"];
    yield problem(flag)`${quote(first.name)} is configured at launch as well, but ECS takes one such volume.`;
  }
}

/** Checks what an EFS access point and IAM for EFS require (API reference, EFSAuthorizationConfig). */
export function* checkFileSystems({ task }: Draft): Step {
  for (const [place, { efsVolumeConfiguration: efs }] of entriesAt(["volumes"], task.values.volumes)) {
    const path = [...place, "efsVolumeConfiguration"];
    const { accessPointId, iam } = efs?.authorizationConfig ?? {};
    const { rootDirectory, transitEncryption } = efs ?? {};
    if (accessPointId && rootDirectory && rootDirectory !== "/") {
      yield problem([...path, "rootDirectory"])`must be / or absent with an access point, got ${quote(rootDirectory)}.`;
    }
    const needs = [accessPointId ? "an access point" : [], iam === "ENABLED" ? "iam ENABLED" : []].flat();
    if (needs.length === 0 || transitEncryption === "ENABLED") continue;
    const got = transitEncryption === undefined ? "none" : quote(transitEncryption);
    yield problem([...path, "transitEncryption"])`must be ENABLED with ${needs.join(" and ")}, got ${got}.`;
  }
}
