import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { OciasmError } from "../errors.ts";

export interface GitObject {
  readonly type: "commit" | "tree" | "blob" | "tag";
  readonly data: Uint8Array;
}

const TYPES = new Map([
  [1, "commit"],
  [2, "tree"],
  [3, "blob"],
  [4, "tag"],
] as const);
const OFFSET_DELTA = 6;
const NAMED_DELTA = 7;

const MAX_OBJECTS = 500_000;
/** Bytes of all objects together. */
const MAX_TOTAL = 2 ** 30;

/** A packed object before its delta is applied. */
interface Packed {
  readonly type: number;
  readonly data: Uint8Array;
  /** Place of the base, or its name. */
  readonly base?: number | string;
}

/** Reads a pack (gitformat-pack, version 2): objects by their SHA-1, which is computed. Throws ARCHIVE_INVALID. */
export function readPack(pack: Uint8Array): ReadonlyMap<string, GitObject> {
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength);
  if (pack.length < 12 || view.getUint32(0) !== 0x5041434b || view.getUint32(4) !== 2) throw broken("has no header");
  const count = view.getUint32(8);
  if (count > MAX_OBJECTS) throw broken(`has ${count} objects`);
  const packed = new Map<number, Packed>();
  let at = 12;
  let total = 0;
  for (let index = 0; index < count; index++) {
    const { object, end } = readPacked(pack, at, MAX_TOTAL - total);
    packed.set(at, object);
    total += object.data.length;
    at = end;
  }
  return resolveAll(packed);
}

function readPacked(pack: Uint8Array, start: number, room: number): { readonly object: Packed; readonly end: number } {
  let at = start;
  const next = (): number => pack[at++] ?? fail("is cut off");
  const first = next();
  const type = (first >> 4) & 7;
  let size = first & 15;
  for (let byte = first, factor = 16; (byte & 128) !== 0; factor *= 128) {
    byte = next();
    size += (byte & 127) * factor;
    if (size > room) fail("unpacks to too much");
  }
  let base: number | string | undefined;
  if (type === OFFSET_DELTA) {
    let byte = next();
    let distance = byte & 127;
    while ((byte & 128) !== 0) {
      byte = next();
      distance = (distance + 1) * 128 + (byte & 127);
      if (distance > start) fail("has a delta of nothing");
    }
    base = start - distance;
  } else if (type === NAMED_DELTA) {
    base = Buffer.from(pack.subarray(at, at + 20)).toString("hex");
    at += 20;
  }
  const { data, used } = inflate(pack.subarray(at), size);
  return { object: { type, data, ...(base === undefined ? {} : { base }) }, end: at + used };
}

function inflate(bytes: Uint8Array, size: number): { readonly data: Uint8Array; readonly used: number } {
  try {
    const { buffer, engine } = inflateSync(bytes, { info: true, maxOutputLength: Math.max(1, size) }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    if (buffer.length !== size) fail("has an object of another size");
    return { data: buffer, used: engine.bytesWritten };
  } catch (error) {
    throw broken("has a damaged object", error);
  }
}

/** A base may stand behind its delta, so objects are made as often as one becomes possible. */
function resolveAll(packed: ReadonlyMap<number, Packed>): ReadonlyMap<string, GitObject> {
  const byPlace = new Map<number, GitObject>();
  const byName = new Map<string, GitObject>();
  let waiting = [...packed];
  let total = 0;
  while (waiting.length > 0) {
    const left: typeof waiting = [];
    for (const [place, object] of waiting) {
      const made = makeObject(object, byPlace, byName);
      if (made === undefined) {
        left.push([place, object]);
        continue;
      }
      total += made.data.length;
      if (total > MAX_TOTAL) fail("unpacks to too much");
      byPlace.set(place, made);
      byName.set(nameOf(made), made);
    }
    if (left.length === waiting.length) fail("has deltas of objects that it lacks");
    waiting = left;
  }
  return byName;
}

function makeObject(
  { type, data, base }: Packed,
  byPlace: ReadonlyMap<number, GitObject>,
  byName: ReadonlyMap<string, GitObject>,
): GitObject | undefined {
  const plain = TYPES.get(type as 1);
  if (plain !== undefined) return { type: plain, data };
  if (base === undefined) fail("has an object of no known type");
  const from = typeof base === "number" ? byPlace.get(base) : byName.get(base);
  return from === undefined ? undefined : { type: from.type, data: applyDelta(from.data, data) };
}

function nameOf({ type, data }: GitObject): string {
  return createHash("sha1").update(`${type} ${data.length}\0`).update(data).digest("hex");
}

function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  let at = 0;
  const next = (): number => delta[at++] ?? fail("has a delta that is cut off");
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = next();
      value += (byte & 127) * factor;
      if (value > MAX_TOTAL) fail("unpacks to too much");
      if ((byte & 128) === 0) return value;
    }
  };
  if (number() !== base.length) fail("has a delta of another object");
  const result = new Uint8Array(number());
  let done = 0;
  while (at < delta.length) {
    const code = next();
    const part = (code & 128) === 0 ? literal(code) : copy(code);
    if (part.length === 0 || done + part.length > result.length) fail("has a delta that does not fit");
    result.set(part, done);
    done += part.length;
  }
  if (done !== result.length) fail("has a delta that does not fit");
  return result;

  function literal(size: number): Uint8Array {
    at += size;
    return delta.subarray(at - size, at);
  }
  function copy(code: number): Uint8Array {
    const [offset, size] = [littleEndian(code, 4), littleEndian(code >> 4, 3)];
    return base.subarray(offset, offset + (size === 0 ? 0x10000 : size));
  }
  function littleEndian(flags: number, count: number): number {
    let value = 0;
    for (let byte = 0; byte < count; byte++) if ((flags & (1 << byte)) !== 0) value += next() * 256 ** byte;
    return value;
  }
}

function fail(problem: string): never {
  throw broken(problem);
}

function broken(problem: string, cause?: unknown): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", `the repository's pack ${problem}`, { cause });
}
