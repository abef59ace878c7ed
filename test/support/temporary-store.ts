import { join } from "node:path";
import type { TestContext } from "node:test";
import { createDiskStore, type DiskStore } from "../../src/store/disk.ts";
import { temporaryFolder } from "./temporary.ts";

/** An empty store that goes with the test. */
export function temporaryStore(t: TestContext): DiskStore {
  return createDiskStore(join(temporaryFolder(t), "cache"));
}
