import { createHash } from "node:crypto";
import { OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestOfHex } from "../oci/digest.ts";
import type { FilePart } from "../store/file-stream.ts";

/** A document with the descriptor that it was found by. */
export interface SourceDocument {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** A place that holds images: a registry, a layout, an archive. Every document it gives has its descriptor's digest. */
export interface ImageSource {
  /** For messages: the spec. */
  readonly title: string;
  /** Full name for org.opencontainers.image.base.name, where there is one. */
  readonly name?: string;
  /** Repository that layers can be mounted from. */
  readonly origin?: string;
  /** The index or manifest that the spec names. */
  top(): Promise<SourceDocument>;
  /** A manifest, index or config that another document names. */
  document(descriptor: Descriptor): Promise<Uint8Array>;
  /** Bytes of a layer, unchecked: whoever reads compares the digest. */
  layer(descriptor: Descriptor): Promise<AsyncIterable<Uint8Array>>;
  /** The same from byte `start` (0) on, without keeping them on this host; as often as asked. */
  stream(descriptor: Descriptor, start?: number): Promise<AsyncIterable<Uint8Array>>;
  /** Where the layer lies in a file of this host; sources that have theirs elsewhere lack this. */
  place?(descriptor: Descriptor): Promise<FilePart>;
  /** Makes sure that the layer lies in the store. */
  fetchLayer(descriptor: Descriptor, report: Report, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The bytes, if they are what the descriptor promises; otherwise rejects with HASH_MISMATCH. */
export function checkedDocument(bytes: Uint8Array, descriptor: Descriptor, where: string): Uint8Array {
  const digest = digestOfHex(createHash("sha256").update(bytes).digest("hex"));
  if (digest === descriptor.digest && bytes.length === descriptor.size) return bytes;
  throw new OciasmError("HASH_MISMATCH", `${where}: ${descriptor.digest} has other content, ${digest}`, {
    hint: "get the base again: it is damaged",
  });
}
