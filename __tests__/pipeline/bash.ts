import { spawn } from "node:child_process";

export type BashOutcome = {
  readonly status: number | null;
  /** What it writes to both streams. */
  readonly output: string;
};

/** Runs a script with bash alone, without the user's own settings. */
export function runBash(file: string, cwd: string, env: Record<string, string | undefined>): Promise<BashOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["--noprofile", "--norc", file], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.once("error", reject).once("close", (status) => resolve({ status, output }));
  });
}
