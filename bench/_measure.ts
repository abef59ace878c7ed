import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

/** What one run of a program cost. */
export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Highest sum of resident memory of the process and its children, sampled every 20 ms. Bytes. */
  readonly peakRss: number;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const CLOCK_TICKS = 100;

export interface MeasureOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Told the memory of each sample, with what the program has said on stderr by then. */
  readonly onSample?: (rss: number, stderr: string) => void;
}

/** Runs a program and reads its cost from /proc (Linux). */
export async function measure(command: string, args: readonly string[], options: MeasureOptions = {}): Promise<Cost> {
  const start = process.hrtime.bigint();
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let peakRss = 0;
  let cpuTicks = 0;
  const timer = setInterval(() => {
    const tree = child.pid === undefined ? [] : processTree(child.pid);
    const rss = tree.reduce((sum, pid) => sum + rssOf(pid), 0);
    peakRss = Math.max(peakRss, rss);
    options.onSample?.(rss, stderr);
    if (child.pid !== undefined) cpuTicks = Math.max(cpuTicks, ticksOf(child.pid));
  }, 20);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  clearInterval(timer);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { seconds, cpuSeconds: cpuTicks / CLOCK_TICKS, peakRss, code, stdout, stderr };
}

function processTree(root: number): number[] {
  const all = [root];
  for (let index = 0; index < all.length; index++) {
    const pid = all[index] ?? 0;
    try {
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        const children = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8");
        all.push(...children.split(" ").filter(Boolean).map(Number));
      }
    } catch {
      // It ended between two looks.
    }
  }
  return all;
}

function rssOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function ticksOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
  } catch {
    return 0;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Machine and versions, for the result files. */
export function machine(): Record<string, string | number> {
  return {
    cpu: cpus()[0]?.model ?? "?",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  };
}
