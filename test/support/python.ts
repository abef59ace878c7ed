import { spawnSync } from "node:child_process";

/** Runs a Python program as an independent reader; undefined when this machine has no python3. */
export function runPython(program: string, args: readonly string[], input?: Uint8Array): string | undefined {
  const result = spawnSync("python3", ["-c", program, ...args], { input, maxBuffer: 2 ** 28 });
  if (result.error !== undefined) return undefined;
  if (result.status !== 0) throw new Error(`python3: ${result.stderr}`);
  return result.stdout.toString();
}
