import { readImage } from "../../build/read-image.ts";
import { createDiskStore } from "../../store/disk.ts";
import { listImages } from "../../store/images.ts";
import type { Arguments } from "../arguments.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

export async function imageLsCommand(_args: Arguments, session: Session): Promise<Answer> {
  const store = createDiskStore(session.cacheDir);
  const rows: { readonly ref: string; readonly digest: string; readonly platforms: string; readonly size: number }[] =
    [];
  for (const { ref, descriptor } of await listImages(store)) {
    const images = await readImage(store, descriptor);
    const sizes = new Map(images.flatMap((image) => image.manifest.layers.map((layer) => [layer.digest, layer.size])));
    rows.push({
      ref,
      digest: descriptor.digest,
      platforms: images.map((image) => image.platform).join(","),
      size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    });
  }
  const width = Math.max(0, ...rows.map((row) => row.ref.length));
  const lines = rows.map(
    (row) =>
      `${row.ref.padEnd(width)}  ${row.digest.slice(0, 19)}  ${formatBytes(row.size).padStart(7)}  ${row.platforms}`,
  );
  return { text: lines.join("\n"), json: { schema: 1, images: rows } };
}
