import { readImage } from "../../build/read-image.ts";
import type { Digest } from "../../oci/digest.ts";
import { createDiskStore } from "../../store/disk.ts";
import { listImages } from "../../store/images.ts";
import type { Arguments } from "../arguments.ts";
import { renderTable } from "../render/table.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

interface Row {
  readonly ref: string;
  readonly digest: Digest;
  readonly platforms: string;
  /** Bytes by layer. */
  readonly layers: ReadonlyMap<Digest, number>;
}

/** Of each image the bytes of its layers, and how many of them no image of another digest has. */
export async function imageLsCommand(_args: Arguments, session: Session): Promise<Answer> {
  const store = createDiskStore(session.cacheDir);
  const rows: Row[] = [];
  for (const { ref, descriptor } of await listImages(store)) {
    const images = await readImage(store, descriptor);
    const layers = new Map(images.flatMap(({ manifest }) => manifest.layers.map(({ digest, size }) => [digest, size])));
    const platforms = images.map((image) => image.platform).join(",");
    rows.push({ ref, digest: descriptor.digest, platforms, layers });
  }
  const images = rows.map(({ layers, ...row }) => {
    const others = rows.filter(({ digest }) => digest !== row.digest);
    const size = bytesOf(layers);
    const shared = bytesOf(new Map([...layers].filter(([digest]) => others.some((one) => one.layers.has(digest)))));
    return { ...row, size, unique: size - shared, shared };
  });
  const table = renderTable(
    [
      { title: "name" },
      { title: "digest", ink: "faint" },
      { title: "size", align: "right", ink: "strong" },
      { title: "unique", align: "right" },
      { title: "shared", align: "right" },
      { title: "platforms" },
    ],
    images.map((one) => [
      one.ref,
      one.digest.slice(0, 19),
      ...[one.size, one.unique, one.shared].map(formatBytes),
      one.platforms,
    ]),
    session.canvas,
  );
  return { text: images.length === 0 ? "" : table, json: { schema: 1, images } };
}

function bytesOf(layers: ReadonlyMap<Digest, number>): number {
  return [...layers.values()].reduce((sum, size) => sum + size, 0);
}
