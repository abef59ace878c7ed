import { utf8 } from "../archive/bytes.ts";
import type { ListingEntry } from "../layers/listing.ts";
import type { FileSink } from "./file-sink.ts";
import type { LayerEntry } from "./layer-entry.ts";

/** Writes a Listing (see ../layers/listing.ts) entry by entry, one a line, so that it is never held whole. */
export interface ListingWriter {
  add(entry: ListingEntry): void;
  finish(): void;
}

export function createListingWriter(sink: FileSink): ListingWriter {
  let count = 0;
  return {
    add: (entry) => {
      sink.write(utf8(`${count === 0 ? '{"schema":1,"entries":[\n' : ",\n"}${JSON.stringify(entry)}`));
      count++;
    },
    finish: () => sink.write(utf8(count === 0 ? '{"schema":1,"entries":[]}\n' : "\n]}\n")),
  };
}

type Listed = Pick<LayerEntry, "entry" | "owner">;

/** Owner ids of 0 and what a type does not have are left out. */
export function listingEntry({ entry, owner }: Listed, sha256: string | undefined): ListingEntry {
  return {
    path: entry.path,
    type: entry.type,
    mode: entry.mode,
    ...(entry.uid === 0 ? {} : { uid: entry.uid }),
    ...(entry.gid === 0 ? {} : { gid: entry.gid }),
    ...(entry.type === "file" ? { size: entry.size } : {}),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(entry.linkName === undefined ? {} : { linkName: entry.linkName }),
    ...(owner === undefined ? {} : { owner }),
  };
}
