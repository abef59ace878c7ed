import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createDiskStore, type DiskStore } from "../../src/store/disk.ts";

/** A folder that goes with the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ociasm-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty store that goes with the test. */
export async function temporaryStore(t: TestContext): Promise<DiskStore> {
  return createDiskStore(join(await temporaryFolder(t), "cache"));
}
