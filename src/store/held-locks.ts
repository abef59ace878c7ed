import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { OciasmError } from "../errors.ts";
import type { DiskStore } from "./disk.ts";
import { isAlive } from "./temporary.ts";

type LockedStore = Pick<DiskStore, "cacheDir" | "withLock" | "sweep">;

const CLEANING = "cleaning";
let uses = 0;

/** Runs `work` while nothing is taken out of the store: any number of runs at a time. One that cleans up is waited for. */
export function whileUsed<T>(store: LockedStore, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const using = async (): Promise<T> => {
    await store.withLock(CLEANING, async () => {}, signal);
    await store.sweep();
    return work();
  };
  return store.withLock(`use ${uses++} by ${hostname()} ${process.pid}`, using, signal);
}

/** Runs `work`, which takes things out of the store. Rejects with USAGE while other runs work with it. */
export function whileUnused<T>(store: LockedStore, what: string, work: () => Promise<T>): Promise<T> {
  return store.withLock(CLEANING, async () => {
    await refuseWhileLocked(store.cacheDir, what);
    return work();
  });
}

async function refuseWhileLocked(cacheDir: string, what: string): Promise<void> {
  const folder = join(cacheDir, "locks");
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const owner = await readFile(path, "utf8").catch(() => "");
    const [host = "", pid = ""] = owner.split(" ");
    const isHere = host === hostname();
    if (owner === "" || (isHere && Number(pid) === process.pid)) continue;
    // What other hosts hold can't be asked for: it counts until they take their file away.
    if (!isHere || isAlive(Number(pid))) {
      throw new OciasmError("USAGE", `${what} has to wait: process ${pid} on ${host} works with ${cacheDir}`, {
        hint: "run the command again when it has finished",
      });
    }
    await rm(path, { force: true }).catch(() => {});
  }
}
