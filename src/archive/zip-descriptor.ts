import { uint64, viewOf } from "./little-endian.ts";
import type { CentralEntry } from "./zip-central.ts";
import { refuseEntry } from "./zip-refusal.ts";

const SIGNATURE = 0x08074b50;

/**
 * Checks the record behind an entry's data (APPNOTE 4.3.9) against the directory. All its four shapes occur: with and
 * without a signature, with sizes of 4 and 8 bytes. `bytes` is what lies between the data and the next record.
 */
export function checkDescriptor(entry: CentralEntry, bytes: Uint8Array | undefined): void {
  if (bytes === undefined || !isDescriptor(entry, bytes)) {
    throw refuseEntry(entry.name, "has a data descriptor that contradicts the directory, or none");
  }
}

function isDescriptor(entry: CentralEntry, bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  const hasSignature = bytes.length === 16 || bytes.length === 24;
  if (!hasSignature && bytes.length !== 12 && bytes.length !== 20) return false;
  if (hasSignature && view.getUint32(0, true) !== SIGNATURE) return false;
  const at = hasSignature ? 4 : 0;
  const isLong = bytes.length >= 20;
  const compressedSize = isLong ? uint64(view, at + 4) : view.getUint32(at + 4, true);
  const size = isLong ? uint64(view, at + 12) : view.getUint32(at + 8, true);
  return view.getUint32(at, true) === entry.crc32 && compressedSize === entry.compressedSize && size === entry.size;
}
