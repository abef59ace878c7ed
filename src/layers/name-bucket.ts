import { utf8 } from "../archive/bytes.ts";
import { digestOf, hexOf } from "../oci/digest.ts";

/** The bucket, of `count`, that a name falls into: 32 bits of its sha256, evenly spread and the same for ever. */
export function bucketOf(name: string, count: number): number {
  return Number.parseInt(hexOf(digestOf(utf8(name))).slice(0, 8), 16) % count;
}
