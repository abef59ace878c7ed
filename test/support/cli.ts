import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const BUNDLE = fileURLToPath(new URL("../../bundle/cli/main.js", import.meta.url));
/** The command line as compiled, a file for each module. */
export const COMPILED_CLI: string = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
/** The command line as it is shipped; as compiled where it is not bundled. */
export const CLI: string = existsSync(BUNDLE) ? BUNDLE : COMPILED_CLI;
export const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));

export interface RunOptions {
  readonly cwd?: string;
  /** Replaces the environment but for PATH and the certificates and indexes that this machine needs. */
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: string;
  /** Instead of CLI. */
  readonly program?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What a build may need of the machine's own configuration to reach an index: never HOME, caches or ociasm's own. Builds
 * of tests make no bytecode unless they ask for it, and then by the interpreter that the tests have.
 */
export function machineEnvironment(): Record<string, string> {
  const wanted = /^(PATH|.*_PROXY|.*_proxy|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|PIP_.*|UV_.*)$/;
  const own = { OCIASM_BYTECODE: "none", OCIASM_PYODIDE: process.env["OCIASM_TEST_PYODIDE"] };
  return Object.fromEntries(
    [...Object.entries(process.env).filter(([name]) => wanted.test(name)), ...Object.entries(own)].filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

/** A program that runs; its result comes when it has ended, by itself or by `kill`. */
export interface Running {
  readonly result: Promise<RunResult>;
  kill(signal: NodeJS.Signals): void;
}

export function start(command: string, args: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    timeout: options.timeoutMs ?? 300_000,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const result = new Promise<RunResult>((resolve, reject) => {
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
  return { result, kill: (signal) => void child.kill(signal) };
}

export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return start(command, args, options).result;
}

export function startOciasm(args: readonly string[], options: RunOptions = {}): Running {
  return start(options.node ?? process.execPath, [options.program ?? CLI, ...args], {
    ...options,
    env: { ...machineEnvironment(), ...options.env },
  });
}

export function ociasm(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return startOciasm(args, options).result;
}
