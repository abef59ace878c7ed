import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Cost, succeed } from "./_measure.ts";
import type { Peer } from "./peers/peer.ts";
import { type Row, spreads } from "./report/result.ts";

/** One round's values by column. */
export type Round = Readonly<Record<string, number>>;

export function costColumns(cost: Cost): Round {
  return {
    "wall s": cost.seconds,
    "CPU s": cost.cpuSeconds,
    "peak RSS MB": cost.peakRss / 1e6,
    "written MB": cost.written / 1e6,
  };
}

/** A line on stderr, with the time. */
export function say(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

/** What a table has a row for. */
export interface Job {
  readonly subject: string;
  readonly run: (round: number) => Promise<Round>;
  /** Too long for more than the first round. */
  readonly once?: boolean;
}

/**
 * Runs each job `rounds` times in turns, so that all meet the same machine. A job that fails, or whose program is not
 * here, leaves a row that says why, and is not tried again.
 */
export async function inRounds(rounds: number, jobs: readonly Job[], tell?: "quiet"): Promise<readonly Row[]> {
  const found = jobs.map(({ subject }) => ({
    subject,
    rounds: [] as Round[],
    missing: undefined as string | undefined,
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [at, { subject, run, once }] of jobs.entries()) {
      const row = found[at];
      if (row === undefined || row.missing !== undefined || (once === true && round > 0)) continue;
      if (tell !== "quiet") say(`${subject}, round ${round + 1}`);
      await run(round).then(
        (values) => row.rounds.push(values),
        (error: unknown) => {
          row.missing = reasonOf(error);
          console.error(`  ${row.missing}`);
        },
      );
    }
  }
  return found.map(({ subject, rounds: values, missing }) => ({
    subject,
    values: spreads(values),
    ...(missing === undefined || values.length > 0 ? {} : { missing }),
  }));
}

/** What went wrong, by the first line and the last, which says why; without the folders of this machine. */
export function reasonOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  const message = [...new Set([lines[0], lines.at(-1)])].join(": ");
  return message.replace(/(?<![\w:/])(?:\/[^\s/:"'=,]+)+(?=\/)/g, "…");
}

/** What versions the peers say they are; those that are not here are left out. */
export async function versionsOf(peers: readonly Peer[]): Promise<Readonly<Record<string, string>>> {
  const all = await Promise.all(peers.map((peer) => peer.versions().catch(() => ({}))));
  const said: Readonly<Record<string, string>> = Object.assign({}, ...all);
  return Object.fromEntries(Object.entries(said).map(([name, text]) => [name, numberIn(text)]));
}

/** The version in what a program says of itself: "0.27.1" of "buildctl github.com/moby/buildkit v0.27.1 1f2e". */
export function numberIn(text: string): string {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? text;
}

/** MB that an image has besides its base, as a layout or as a tar. */
export async function addedBytes(image: string, base: string): Promise<number> {
  const known = await blobSizes(base);
  const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, size) => total + size, 0);
  const { size, isFile } = await stat(image).then((found) => ({ size: found.size, isFile: found.isFile() }));
  if (isFile) return (size - sum(known.values())) / 1e6;
  const blobs = await blobSizes(image);
  return sum([...blobs].flatMap(([name, bytes]) => (known.has(name) ? [] : [bytes]))) / 1e6;
}

async function blobSizes(layout: string): Promise<ReadonlyMap<string, number>> {
  const folder = join(layout, "blobs/sha256");
  const names = await readdir(folder);
  return new Map(await Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).size] as const)));
}

/** MB that folders take on disk. */
export async function diskUse(folders: readonly string[]): Promise<number> {
  const { stdout } = await succeed("du", ["-scB1", ...folders]);
  return Number(/^(\d+)\ttotal$/m.exec(stdout)?.[1] ?? 0) / 1e6;
}
