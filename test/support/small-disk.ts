import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import type { TestContext } from "node:test";

const mounted: string[] = [];

/** For a hook before the one that removes the folder: hooks run in their order. */
export function unmountAll(): void {
  for (const path of mounted.splice(0)) spawnSync("umount", ["-l", path]);
}

/** A file system of so many kilobytes below `path`, for as long as the test runs; false where it can't be had. */
export function smallDisk(t: TestContext, path: string, kilobytes: number): boolean {
  if (process.getuid?.() !== 0) {
    t.skip("a small disk needs root");
    return false;
  }
  mkdirSync(path, { recursive: true });
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", path]);
  if (status !== 0) t.skip("this machine lets nobody mount a disk");
  else mounted.push(path);
  return status === 0;
}

/** `size=64m` and the like. */
export function remount(path: string, options: string): void {
  const { status, stderr } = spawnSync("mount", ["-o", `remount,${options}`, path], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
}

/** Makes a folder read-only for the rest of the test, for root too; false where that can't be done. */
export function readOnly(t: TestContext, folder: string): boolean {
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o555);
    t.after(() => chmodSync(folder, 0o755));
    return true;
  }
  const bound = spawnSync("mount", ["--bind", folder, folder]).status === 0;
  if (!bound) t.skip("this machine lets nobody mount a folder");
  else mounted.push(folder);
  return bound && spawnSync("mount", ["-o", "remount,bind,ro", folder]).status === 0;
}
