import { OciasmError } from "../../errors.ts";
import { formatReference, parseTagged } from "../../oci/reference.ts";
import { createDiskStore } from "../../store/disk.ts";
import { whileUnused } from "../../store/held-locks.ts";
import { removeImage, resolveImage } from "../../store/images.ts";
import type { Arguments } from "../arguments.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

/** All names or none. Blobs stay until `image prune`. */
export async function imageRmCommand(args: Arguments, session: Session): Promise<Answer> {
  const store = createDiskStore(session.cacheDir);
  const names = args.words.map((word) => formatReference(parseTagged(word)));
  await whileUnused(store, "image rm", async () => {
    for (const name of names) {
      if ((await resolveImage(store, name)) !== undefined) continue;
      throw new OciasmError("IMAGE_NOT_FOUND", `${name} is not in the local store`, {
        hint: "`ociasm image ls` lists what is",
      });
    }
    for (const name of names) await removeImage(store, name);
  });
  return { text: names.join("\n"), json: { schema: 1, removed: names } };
}
