import { quote, text } from "../text/safe-text";
import type { Draft } from "./draft";
import { problem, type Step } from "./finding";

/** Checks what an EFS access point and IAM for EFS require (API reference, EFSAuthorizationConfig). */
export function* checkFileSystems({ task }: Draft): Step {
  for (const [index, { efsVolumeConfiguration: efs }] of (task.values.volumes ?? []).entries()) {
    const path = ["volumes", index, "efsVolumeConfiguration"];
    const { accessPointId, iam } = efs?.authorizationConfig ?? {};
    const { rootDirectory, transitEncryption } = efs ?? {};
    if (accessPointId && rootDirectory && rootDirectory !== "/") {
      const got = quote(rootDirectory);
      yield problem([...path, "rootDirectory"], () => text`must be / or absent with an access point, got ${got}.`);
    }
    const needs = [accessPointId ? "an access point" : [], iam === "ENABLED" ? "iam ENABLED" : []].flat();
    if (needs.length === 0 || transitEncryption === "ENABLED") continue;
    const got = transitEncryption === undefined ? "none" : quote(transitEncryption);
    const what = needs.join(" and ");
    yield problem([...path, "transitEncryption"], () => text`must be ENABLED with ${what}, got ${got}.`);
  }
}
