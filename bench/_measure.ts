import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import type { Readable, Writable } from "node:stream";

/** What one run of a program cost. */
export interface Cost {
  readonly seconds: number;
  /** Of the program, of all that it started and waited for, and of the daemons beside it. */
  readonly cpuSeconds: number;
  /** Highest sum of resident memory of the program, its children and the daemons, sampled every 20 ms. Bytes. */
  readonly peakRss: number;
  /** Bytes that all of them gave the file system to write. */
  readonly written: number;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const CLOCK_TICKS = 100;

export interface MeasureOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Processes that work for the program: what they use meanwhile is counted too. */
  readonly daemons?: readonly number[];
  /** Told the memory of each sample, with what the program has said on stderr by then. */
  readonly onSample?: (rss: number, stderr: string) => void;
}

/** Tells the exit code on descriptor 3, and stays until stdin ends: what its children used can be read meanwhile. */
const WRAPPER = '"$@" </dev/null 3>&-; echo "$?" >&3; read -r _';

/** Runs a program and reads its cost from /proc (Linux). Rejects where there is no such program. */
export async function measure(command: string, args: readonly string[], options: MeasureOptions = {}): Promise<Cost> {
  const { daemons = [] } = options;
  const before = usage(daemons);
  const start = process.hrtime.bigint();
  const child = spawn("sh", ["-c", WRAPPER, "sh", command, ...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const [stdin, out, err, told] = child.stdio as unknown as [Writable, Readable, Readable, Readable];
  const wrapper = child.pid ?? 0;
  let stdout = "";
  let stderr = "";
  out.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  err.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let peakRss = 0;
  const timer = setInterval(() => {
    const working = [...processTree(wrapper).slice(1), ...daemons.flatMap(processTree)];
    const rss = working.reduce((sum, pid) => sum + rssOf(pid), 0);
    peakRss = Math.max(peakRss, rss);
    options.onSample?.(rss, stderr);
  }, 20);
  const ended = new Promise<Ended>((resolve) => {
    told.on("data", (code: Buffer) => {
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      resolve({ code: Number(code.toString()), seconds, used: usage([wrapper, ...daemons]) });
      stdin.end();
    });
  });
  await new Promise<unknown>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  clearInterval(timer);
  const { code, seconds, used } = await ended;
  if (code === 127) throw new Error(`${command} is not here: ${stderr.trim()}`);
  const cpuSeconds = (used.ticks - before.ticks) / CLOCK_TICKS;
  return { seconds, cpuSeconds, peakRss, written: used.written - before.written, code, stdout, stderr };
}

/** `measure` for what has to succeed: rejects with the end of what the program said. */
export async function succeed(command: string, args: readonly string[], options: MeasureOptions = {}): Promise<Cost> {
  const cost = await measure(command, args, options);
  if (cost.code === 0) return cost;
  throw new Error(`${command} ${args.slice(0, 3).join(" ")}: exit ${cost.code}\n${cost.stderr.slice(-2000)}`);
}

/** The cost of programs that ran one after the other. */
export function inTurn(costs: readonly [Cost, ...Cost[]]): Cost {
  return costs.reduce((one, other) => ({
    ...other,
    seconds: one.seconds + other.seconds,
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    peakRss: Math.max(one.peakRss, other.peakRss),
    written: one.written + other.written,
  }));
}

interface Ended {
  readonly code: number;
  readonly seconds: number;
  readonly used: Usage;
}

interface Usage {
  readonly ticks: number;
  readonly written: number;
}

function usage(pids: readonly number[]): Usage {
  const all = pids.map((pid) => ({ ticks: ticksOf(pid), written: writtenBy(pid) }));
  return all.reduce((sum, one) => ({ ticks: sum.ticks + one.ticks, written: sum.written + one.written }), {
    ticks: 0,
    written: 0,
  });
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
  return Number(/VmRSS:\s+(\d+)/.exec(readProc(pid, "status"))?.[1] ?? 0) * 1024;
}

/** Of the process and of the children that it waited for. */
function ticksOf(pid: number): number {
  const fields = readProc(pid, "stat").split(") ")[1]?.split(" ") ?? [];
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
}

function writtenBy(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readProc(pid, "io"))?.[1] ?? 0);
}

/** "" for a process that has ended. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
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
