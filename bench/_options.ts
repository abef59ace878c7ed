import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** What every case of the comparison may be told, by flag or by environment. */
export interface Options {
  /** Folder with one folder of wheels a stack. `--wheels`, OCIASM_BENCH_WHEELS. */
  readonly wheels: string;
  /** OCI layout of a Debian with Python and pip; made once where none is named. `--base`, OCIASM_BENCH_BASE. */
  readonly base: string | undefined;
  /** Where all is built; must hold what docs/benchmarks.md says. `--work`, OCIASM_BENCH_WORK. */
  readonly work: string;
  readonly rounds: number;
  /** Patterns of peers' names; all when empty. `--peer`, repeatable. */
  readonly peers: readonly string[];
  readonly words: readonly string[];
}

export function readOptions(args: readonly string[], rounds: number): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      wheels: { type: "string" },
      base: { type: "string" },
      work: { type: "string" },
      rounds: { type: "string" },
      peer: { type: "string", multiple: true },
    },
  });
  const { env } = process;
  return {
    wheels: values.wheels ?? env["OCIASM_BENCH_WHEELS"] ?? "",
    base: values.base ?? env["OCIASM_BENCH_BASE"],
    work: values.work ?? env["OCIASM_BENCH_WORK"] ?? tmpdir(),
    rounds: Number(values.rounds ?? rounds),
    peers: values.peer ?? [],
    words: positionals,
  };
}

/** A folder of its own below the place of work. Its name is short, as a socket's has to be, and has no capitals, for buildah. */
export async function workFolder({ work }: Options): Promise<string> {
  const folder = join(work, `bench-${process.pid}`);
  await mkdir(folder);
  return folder;
}

/** Removes what a run left. Only at its end: files are made slower for minutes after a large tree was removed. */
export async function clear(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

export function isWanted({ peers }: Options, name: string): boolean {
  return peers.length === 0 || peers.some((pattern) => new RegExp(pattern).test(name));
}
