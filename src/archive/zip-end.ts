import type { ByteSource } from "./bytes.ts";
import { uint64, viewOf } from "./little-endian.ts";
import { SENTINEL_16, SENTINEL_32 } from "./zip-extra.ts";
import { refuseZip } from "./zip-refusal.ts";

const END_SIZE = 22;
const END_64 = 0x06064b50;
const END_64_SIZE = 56;
const LOCATOR = 0x07064b50;
const LOCATOR_SIZE = 20;

/** What follows "PK" in a local header, a central one, the end records, the locator and a descriptor. */
const RECORD_SIGNATURES: readonly (readonly [number, number])[] = [
  [3, 4],
  [1, 2],
  [5, 6],
  [6, 6],
  [6, 7],
  [7, 8],
];

const MIN_TAIL = 128 * 1024;
const MAX_TAIL = 2 * 2 ** 20;

/** Where the central directory lies, and what of the archive's end has been read on the way. */
export interface DirectoryLocation {
  readonly offset: number;
  readonly size: number;
  readonly entries: number;
  readonly tail: Tail;
}

export interface Tail {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Finds the central directory (APPNOTE 4.3.14 to 4.3.16) and refuses whatever lets two readers find two of them: a
 * second end record, signatures in the comment, bytes other than NUL behind the end, records that disagree. One read;
 * in most archives it holds the directory too.
 */
export async function locateDirectory(source: ByteSource, tailSize?: number): Promise<DirectoryLocation> {
  const tail = await readTail(source, tailSize);
  const at = lastSignature(tail.bytes, tail.bytes.length - END_SIZE);
  if (at < 0) throw refuseZip("has no end record: it is cut off, or no zip archive");
  checkComment(tail.bytes, at);
  checkRivals(tail.bytes, at);
  const end = readEnd(viewOf(tail.bytes), at);
  const end64 = readEnd64(tail, at);
  if (end64 !== undefined) checkAgreement(end, end64);
  const { offset, size, entries } = end64 ?? end;
  const directoryEnd = tail.offset + at - (end64 === undefined ? 0 : END_64_SIZE + LOCATOR_SIZE);
  if (offset + size !== directoryEnd) throw refuseZip("has a central directory that does not end at its end record");
  return { offset, size, entries, tail };
}

/** Grows with the archive: a directory takes about a hundredth of a wheel, and over HTTP each further read is a round trip. */
async function readTail(source: ByteSource, tailSize: number | undefined): Promise<Tail> {
  const wanted = tailSize ?? Math.min(MAX_TAIL, Math.max(MIN_TAIL, Math.floor(source.size / 64)));
  const length = Math.min(source.size, wanted);
  const offset = source.size - length;
  return { offset, bytes: await source.read(offset, length) };
}

/** Index of the last end signature at `from` or before it, or -1. */
function lastSignature(bytes: Uint8Array, from: number): number {
  if (from < 0) return -1;
  let at = bytes.lastIndexOf(0x50, from);
  while (at > 0 && !isSignature(bytes, at, [5, 6])) at = bytes.lastIndexOf(0x50, at - 1);
  return at >= 0 && isSignature(bytes, at, [5, 6]) ? at : -1;
}

function isSignature(bytes: Uint8Array, at: number, [third, fourth]: readonly [number, number]): boolean {
  return bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === third && bytes[at + 3] === fourth;
}

function checkComment(bytes: Uint8Array, at: number): void {
  const end = recordEnd(bytes, at);
  if (end > bytes.length) throw refuseZip("has a comment that passes its end");
  if (bytes.subarray(end).some((byte) => byte !== 0)) throw refuseZip("has bytes behind its end record");
  for (let index = at + END_SIZE; index < end; index++) {
    if (RECORD_SIGNATURES.some((ending) => isSignature(bytes, index, ending)))
      throw refuseZip("has a comment that hides another archive");
  }
}

/** An earlier end record whose comment would swallow this one makes two archives of one. */
function checkRivals(bytes: Uint8Array, at: number): void {
  for (let rival = lastSignature(bytes, at - 1); rival >= 0; rival = lastSignature(bytes, rival - 1)) {
    const end = recordEnd(bytes, rival);
    if (end > at && end <= bytes.length) throw refuseZip("has two end records");
  }
}

function recordEnd(bytes: Uint8Array, at: number): number {
  return at + END_SIZE + viewOf(bytes).getUint16(at + 20, true);
}

interface EndRecord {
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
}

function readEnd(view: DataView, at: number): EndRecord {
  const [disk, directoryDisk] = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
  const [here, entries] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const isSingle = (disk === 0 || disk === SENTINEL_16) && (directoryDisk === 0 || directoryDisk === SENTINEL_16);
  if (!isSingle || here !== entries) throw refuseZip("is one part of several");
  return { entries, size: view.getUint32(at + 12, true), offset: view.getUint32(at + 16, true) };
}

function readEnd64(tail: Tail, endAt: number): EndRecord | undefined {
  const view = viewOf(tail.bytes);
  const locatorAt = endAt - LOCATOR_SIZE;
  if (locatorAt < 0 || view.getUint32(locatorAt, true) !== LOCATOR) return undefined;
  const at = locatorAt - END_64_SIZE;
  const disks = view.getUint32(locatorAt + 16, true);
  if (view.getUint32(locatorAt + 4, true) !== 0 || disks > 1) throw refuseZip("is one part of several");
  if (at < 0 || uint64(view, locatorAt + 8) !== tail.offset + at || view.getUint32(at, true) !== END_64) {
    throw refuseZip("has a zip64 end record that is not where it should be, or carries extensible data");
  }
  if (uint64(view, at + 4) !== END_64_SIZE - 12) throw refuseZip("has extensible data in its zip64 end record");
  if (view.getUint32(at + 16, true) !== 0 || view.getUint32(at + 20, true) !== 0)
    throw refuseZip("is one part of several");
  const entries = uint64(view, at + 32);
  if (uint64(view, at + 24) !== entries) throw refuseZip("is one part of several");
  return { entries, size: uint64(view, at + 40), offset: uint64(view, at + 48) };
}

function checkAgreement(end: EndRecord, end64: EndRecord): void {
  const agrees =
    (end.entries === SENTINEL_16 || end.entries === end64.entries) &&
    (end.size === SENTINEL_32 || end.size === end64.size) &&
    (end.offset === SENTINEL_32 || end.offset === end64.offset);
  if (!agrees) throw refuseZip("has a zip64 end record that contradicts its end record");
}
