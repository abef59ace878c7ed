import { createDiskStore } from "../../store/disk.ts";
import { whileUnused } from "../../store/held-locks.ts";
import { pruneCache } from "../../store/prune.ts";
import { type Arguments, booleanFlag } from "../arguments.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

export async function cachePruneCommand(args: Arguments, session: Session): Promise<Answer> {
  const store = createDiskStore(session.cacheDir);
  const pruned = await whileUnused(store, "cache prune", () => pruneCache(store, booleanFlag(args, "all")));
  return {
    text: `${pruned.blobs} blobs removed, ${formatBytes(pruned.bytes)}`,
    json: { schema: 1, ...pruned },
  };
}
