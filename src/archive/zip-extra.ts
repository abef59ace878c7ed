import { uint64, viewOf } from "./little-endian.ts";

const ZIP64 = 0x0001;
/** Info-ZIP's second name: some readers prefer it to the header's. */
const UNICODE_PATH = 0x7075;

export const SENTINEL_32 = 0xffffffff;
export const SENTINEL_16 = 0xffff;

export interface ExtraField {
  readonly id: number;
  readonly content: Uint8Array;
}

/** The fields of an extra block (APPNOTE 4.5.1), or undefined when their lengths don't add up. Up to 3 NULs may pad it. */
export function parseExtra(bytes: Uint8Array): readonly ExtraField[] | undefined {
  const view = viewOf(bytes);
  const fields: ExtraField[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > bytes.length) return undefined;
    fields.push({ id: view.getUint16(at, true), content: bytes.subarray(at + 4, end) });
    at = end;
  }
  return bytes.subarray(at).every((byte) => byte === 0) ? fields : undefined;
}

/**
 * Replaces the values that a header left to its zip64 field (APPNOTE 4.5.3), or returns undefined when that field is
 * missing, doubled, or holds anything else than those values. `values` come in the field's order: size, compressed
 * size, offset. A zip64 field that nothing refers to is ignored, as every reader does: `wheel tags` left such ones behind.
 */
export function resolveZip64(fields: readonly ExtraField[], values: readonly number[]): readonly number[] | undefined {
  const wanted = values.filter((value) => value === SENTINEL_32).length;
  if (wanted === 0) return values;
  const [field, ...more] = fields.filter(({ id }) => id === ZIP64);
  if (field === undefined || more.length > 0 || field.content.length !== wanted * 8) return undefined;
  const view = viewOf(field.content);
  let at = -8;
  return values.map((value) => {
    if (value !== SENTINEL_32) return value;
    at += 8;
    return uint64(view, at);
  });
}

/** Whether a second name in the extra block differs from the first. */
export function hasOtherName(fields: readonly ExtraField[], name: Uint8Array): boolean {
  return fields.some(({ id, content }) => id === UNICODE_PATH && !equalBytes(content.subarray(5), name));
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
