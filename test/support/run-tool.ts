import { spawn } from "node:child_process";

export interface ToolRun {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** stdout of a program that runs beside this process, whose servers go on meanwhile. Throws with stderr where it fails. */
export async function runTool(program: string, args: readonly string[], { cwd, env, input }: ToolRun): Promise<string> {
  const child = spawn(program, args, { cwd, env: { PATH: process.env["PATH"], LANG: "C.UTF-8", ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.end(input ?? "");
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr.trim()}\n${stdout.trim()}`);
  return stdout;
}
