import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { OciasmError } from "../errors.ts";
import { isAlive } from "./temporary.ts";

/** Rejects with USAGE while another run works with the store below `cacheDir`: what it is about to use must not go. */
export async function refuseWhileLocked(cacheDir: string, what: string): Promise<void> {
  const folder = join(cacheDir, "locks");
  const names = await readdir(folder).catch(() => []);
  const owners = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8").catch(() => "")));
  const holder = owners.find(isHeld);
  if (holder === undefined) return;
  const [host = "", pid = ""] = holder.split(" ");
  throw new OciasmError("USAGE", `${what} has to wait: process ${pid} on ${host} works with ${cacheDir}`, {
    hint: "run the command again when it has finished",
  });
}

/** What other hosts hold can't be asked for: it counts until they take their file away. */
function isHeld(owner: string): boolean {
  const [host = "", pid = ""] = owner.split(" ");
  if (owner === "") return false;
  return host !== hostname() || isAlive(Number(pid));
}
