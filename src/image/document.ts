import { utf8 } from "../archive/bytes.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestOf } from "../oci/digest.ts";
import { canonicalJson } from "../oci/json.ts";

/** A JSON document with its bytes and its descriptor; of the shape of destination/destination.ts. */
export interface JsonDocument {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

export function jsonDocument(mediaType: string, value: unknown): JsonDocument {
  const bytes = utf8(canonicalJson(value));
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}
