import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { OciasmError, systemCode } from "../errors.ts";
import { sha256Hex } from "./sha256.ts";
import { isAlive } from "./temporary.ts";

/**
 * Runs `work` while no other process runs something under the same name. Advisory: it spares double work, and nothing
 * breaks when two run at once, because the store's writes are atomic. So a cache that can't be written to has no locks.
 */
export type WithLock = <T>(name: string, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** The holder touches its file so often; who sees no touch for much longer takes the lock over. */
const HEARTBEAT = 2_000;
const STALE = 20_000;
/** A process that died between making its file and putting its name there leaves it empty. */
const NAMELESS_STALE = 1_000;
const POLL = 50;

export function createLocks(folder: string): WithLock {
  return async (name, work, signal) => {
    const release = await acquire(folder, join(folder, `${sha256Hex(name)}.lock`), signal);
    try {
      return await work();
    } finally {
      await release();
    }
  };
}

type Release = () => Promise<void>;

async function acquire(folder: string, path: string, signal: AbortSignal | undefined): Promise<Release> {
  const watch = staleWatch(path);
  for (;;) {
    if (signal?.aborted === true) throw new OciasmError("INTERRUPTED", "interrupted", { cause: signal.reason });
    try {
      return await take(folder, path);
    } catch (error) {
      if (systemCode(error) !== "EEXIST") return async () => {};
    }
    if (await watch.isStale()) await rm(path, { force: true }).catch(() => {});
    else await wait(POLL, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

async function take(folder: string, path: string): Promise<Release> {
  await mkdir(folder, { recursive: true });
  const handle = await open(path, "wx");
  const owner = `${hostname()} ${process.pid} ${randomBytes(8).toString("hex")}`;
  await handle.write(owner, 0);
  const beat = setInterval(() => void touch(handle, owner), HEARTBEAT);
  beat.unref();
  return async () => {
    clearInterval(beat);
    await handle.close();
    const now = await readFile(path, "utf8").catch(() => "");
    if (now === owner) await rm(path, { force: true }).catch(() => {});
  };
}

/** Writing the same bytes again moves the file's time by the disk's clock. */
async function touch(handle: FileHandle, owner: string): Promise<void> {
  await handle.write(owner, 0).catch(() => {});
}

/** Stale: its process is dead, or its file was not touched for long while we looked. */
function staleWatch(path: string): { isStale(): Promise<boolean> } {
  let seen = "";
  let unchanged = 0;
  return {
    isStale: async () => {
      const owner = await readFile(path, "utf8").catch(() => "");
      const [host, pid] = owner.split(" ");
      if (host === hostname() && !isAlive(Number(pid))) return true;
      const now = `${owner} ${(await stat(path).catch(() => undefined))?.mtimeMs ?? ""}`;
      unchanged = now === seen ? unchanged + POLL : 0;
      seen = now;
      return unchanged >= (owner === "" ? NAMELESS_STALE : STALE);
    },
  };
}
