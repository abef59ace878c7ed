import { createDiskStore } from "../../store/disk.ts";
import { refuseWhileLocked } from "../../store/held-locks.ts";
import { pruneImages } from "../../store/prune.ts";
import type { Arguments } from "../arguments.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

export async function imagePruneCommand(_args: Arguments, session: Session): Promise<Answer> {
  await refuseWhileLocked(session.cacheDir, "image prune");
  const pruned = await pruneImages(createDiskStore(session.cacheDir));
  return {
    text: `${pruned.blobs} blobs removed, ${formatBytes(pruned.bytes)}`,
    json: { schema: 1, ...pruned },
  };
}
