import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { bytecodePath } from "../../src/interpreter/compiler.ts";
import { run } from "../support/cli.ts";
import { Random } from "../support/random.ts";
import { NATIVE } from "./bytecode-native.ts";
import type { Digests, Share } from "./bytecode-worker.ts";

export interface AgreeRequest {
  /** A CPython of the same minor. */
  readonly python: string;
  /** Folder of an unpacked pyodide. */
  readonly pyodide: string;
  /** An empty folder. */
  readonly work: string;
  /** Absolute paths of modules. */
  readonly paths: readonly string[];
  /** Threads of the second run. */
  readonly workers: number;
}

export interface Agreement {
  readonly ours: { readonly python: string; readonly cpuSeconds: number; readonly compiled: number };
  readonly native: { readonly python: string; readonly cpuSeconds: number };
  /** How many modules are how much the same as by the other's py_compile. */
  readonly modules: Readonly<Record<string, number>>;
  /** Modules whose bytecode that CPython takes as it is: `python -v` says that it matches. */
  readonly accepted: number;
  /** Modules that gave other bytes in the second run: in another order, by several threads. */
  readonly unstable: readonly string[];
  /** The first modules that are not identical. */
  readonly other: readonly string[];
  /** Nothing unstable, all accepted, and all identical where both are the same release. */
  readonly isGood: boolean;
}

interface NativeResult {
  readonly python: string;
  readonly cpuSeconds: number;
  readonly found: Readonly<Record<string, readonly string[]>>;
}

/** Compiles modules twice here and by CPython's own py_compile, and has that CPython read what was made here. */
export async function compareBytecode({ python, pyodide, work, paths, workers }: AgreeRequest): Promise<Agreement> {
  const own = pythonOf(pyodide);
  mkdirSync(join(work, "__pycache__"), { recursive: true });
  writeFileSync(join(work, "list.json"), JSON.stringify(paths));
  writeFileSync(join(work, "native.py"), NATIVE);
  const modules = paths.map((path, number) => {
    const link = join(work, `m${number}.py`);
    symlinkSync(path, link);
    return { path, keep: bytecodePath(link, own.split(".").slice(0, 2).join(".")) };
  });
  const before = process.cpuUsage();
  const first = await compileIn(pyodide, [modules]);
  const { user, system } = process.cpuUsage(before);
  const second = await compileIn(pyodide, dealt(shuffled(paths), workers));
  const ask = (what: string, flags: readonly string[]): ReturnType<typeof run> =>
    run(python, [...flags, join(work, "native.py"), work, what], { timeoutMs: 600_000 });
  const compiled = await ask("compile", []);
  if (compiled.code !== 0) throw new Error(compiled.stderr);
  const native = JSON.parse(compiled.stdout) as NativeResult;
  const read = await ask("accept", ["-v"]);
  const matched = read.stderr.matchAll(/^# (\S+\.pyc) matches (\S+)$/gm);
  const accepted = new Set([...matched].flatMap(([, pyc = ""]) => (pyc.startsWith(work) ? [pyc] : []))).size;
  const unstable = paths.filter((path) => first.get(path) !== second.get(path));
  const isSame = ({ identical: _, "refused by both": _refused, ...others }: NativeResult["found"]): boolean =>
    Object.keys(own === native.python ? others : {}).length === 0;
  const refused = native.found["refused by one"] ?? [];
  return {
    ours: { python: own, cpuSeconds: (user + system) / 1e6, compiled: first.size },
    native: { python: native.python, cpuSeconds: native.cpuSeconds },
    modules: Object.fromEntries(Object.entries(native.found).map(([kind, found]) => [kind, found.length])),
    accepted,
    unstable,
    other: Object.entries(native.found).flatMap(([kind, found]) => (kind === "identical" ? [] : found.slice(0, 5))),
    isGood: unstable.length + refused.length === 0 && accepted === first.size && isSame(native.found),
  };
}

/** "3.11.3" */
function pythonOf(folder: string): string {
  const { info } = JSON.parse(readFileSync(join(folder, "pyodide-lock.json"), "utf8"));
  return info.python;
}

async function compileIn(folder: string, shares: readonly Share["modules"][]): Promise<Digests> {
  const found = await Promise.all(shares.map((modules) => compileShare({ folder, modules })));
  return new Map(found.flatMap((digests) => [...digests]));
}

function compileShare(workerData: Share): Promise<Digests> {
  const resourceLimits = { stackSizeMb: 64 };
  const worker = new Worker(new URL("./bytecode-worker.js", import.meta.url), { workerData, resourceLimits });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function shuffled(paths: readonly string[]): readonly string[] {
  const random = new Random(1);
  const dealt = paths.map((path) => [random.below(2 ** 30), path] as const);
  return dealt.sort(([a], [b]) => a - b).map(([, path]) => path);
}

function dealt(paths: readonly string[], hands: number): readonly Share["modules"][] {
  return Array.from({ length: hands }, (_, hand) =>
    paths.filter((_path, at) => at % hands === hand).map((path) => ({ path })),
  );
}
