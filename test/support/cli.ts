import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command line as it is shipped. */
export const CLI: string = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
export const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));

export interface RunOptions {
  readonly cwd?: string;
  /** Replaces the environment but for PATH and the certificates and indexes that this machine needs. */
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a build may need of the machine's own configuration to reach an index: never HOME, caches or ociasm's own. */
export function machineEnvironment(): Record<string, string> {
  const wanted = /^(PATH|.*_PROXY|.*_proxy|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|PIP_.*|UV_.*)$/;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      wanted.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      timeout: options.timeoutMs ?? 300_000,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

export function ociasm(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return run(options.node ?? process.execPath, [CLI, ...args], {
    ...options,
    env: { ...machineEnvironment(), ...options.env },
  });
}
