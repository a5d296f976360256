import type { Environment } from "../settings/environment";

/** The output folder, as CDKTF's own App takes it. */
export function outputFolder(environment: Environment): string {
  return environment.CDKTF_OUTDIR || "cdktf.out";
}
