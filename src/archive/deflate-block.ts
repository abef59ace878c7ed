import type { BitWriter } from "./bit-writer.ts";
import type { TokenBlock } from "./deflate-match.ts";
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  distanceSymbol,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LENGTH_SYMBOL,
} from "./deflate-symbols.ts";
import { buildHuffman, type HuffmanCode } from "./huffman.ts";

const MAX_CODE = 15;
const MAX_LENGTH_CODE = 7;
const END_OF_BLOCK = 256;
const FIRST_LENGTH = 257;
const MAX_STORED = 65_535;

/** RFC 1951, 3.2.7: the order in which the lengths of the code length code are sent. */
const LENGTH_CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const REPEAT = 16;
const ZEROS = 17;
const MANY_ZEROS = 18;

/** Writes one block: with codes of its own, or as it is when that is not longer. */
export function writeBlock(bits: BitWriter, block: TokenBlock, plain: Uint8Array, isLast: boolean): void {
  const codes = planCodes(block);
  bits.reserve(plain.length + 5 * (2 + Math.floor(plain.length / MAX_STORED)) + Math.ceil(codes.bits / 8));
  if (Math.ceil(codes.bits / 8) >= plain.length + 4) {
    writeStored(bits, plain, isLast);
    return;
  }
  bits.write(isLast ? 1 : 0, 1);
  bits.write(2, 2);
  writeCodes(bits, codes);
  writeTokens(bits, block, codes);
}

/** RFC 1951, 3.2.4; nothing at all is one empty block. */
function writeStored(bits: BitWriter, plain: Uint8Array, isLast: boolean): void {
  let at = 0;
  do {
    const part = plain.subarray(at, at + MAX_STORED);
    at += part.length;
    bits.write(isLast && at === plain.length ? 1 : 0, 1);
    bits.write(0, 2);
    bits.align();
    bits.write(part.length, 16);
    bits.write(part.length ^ 0xffff, 16);
    bits.append(part);
  } while (at < plain.length);
}

interface BlockCodes {
  readonly literals: HuffmanCode;
  readonly distances: HuffmanCode;
  readonly lengthCode: HuffmanCode;
  /** Both codes' lengths, run by run: symbol, extra bits, their value. */
  readonly runs: readonly (readonly [symbol: number, bits: number, value: number])[];
  readonly literalCount: number;
  readonly distanceCount: number;
  /** How many lengths of the code length code are sent. */
  readonly lengthCount: number;
  /** Size of the whole block. */
  readonly bits: number;
}

function planCodes(block: TokenBlock): BlockCodes {
  const literals = buildHuffman(block.literals, MAX_CODE);
  const distances = buildHuffman(block.distances, MAX_CODE);
  const literalCount = Math.max(257, usedCount(literals.lengths));
  const distanceCount = Math.max(1, usedCount(distances.lengths));
  const runs = runLengths([
    ...literals.lengths.subarray(0, literalCount),
    ...distances.lengths.subarray(0, distanceCount),
  ]);
  const frequencies = new Uint32Array(19);
  for (const [symbol] of runs) frequencies[symbol] = (frequencies[symbol] ?? 0) + 1;
  const lengthCode = buildHuffman(frequencies, MAX_LENGTH_CODE);
  let lengthCount = 19;
  while (lengthCount > 4 && lengthCode.lengths[LENGTH_CODE_ORDER[lengthCount - 1] ?? 0] === 0) lengthCount--;
  const runBits = runs.reduce((sum, [symbol, extra]) => sum + (lengthCode.lengths[symbol] ?? 0) + extra, 0);
  const bits =
    17 +
    3 * lengthCount +
    runBits +
    codedBits(block.literals, literals, (symbol) =>
      symbol < FIRST_LENGTH ? 0 : (LENGTH_EXTRA[symbol - FIRST_LENGTH] ?? 0),
    ) +
    codedBits(block.distances, distances, (symbol) => DISTANCE_EXTRA[symbol] ?? 0);
  return { literals, distances, lengthCode, runs, literalCount, distanceCount, lengthCount, bits };
}

function usedCount(lengths: Uint8Array): number {
  return lengths.findLastIndex((length) => length > 0) + 1;
}

function codedBits(frequencies: Uint32Array, { lengths }: HuffmanCode, extra: (symbol: number) => number): number {
  return frequencies.reduce((sum, count, symbol) => sum + count * ((lengths[symbol] ?? 0) + extra(symbol)), 0);
}

function runLengths(lengths: readonly number[]): (readonly [number, number, number])[] {
  const runs: (readonly [number, number, number])[] = [];
  for (let at = 0; at < lengths.length; ) {
    const length = lengths[at] ?? 0;
    let end = at + 1;
    while (end < lengths.length && lengths[end] === length) end++;
    let left = end - at;
    if (length > 0) {
      runs.push([length, 0, 0]);
      left--;
    }
    const [longest, shortest] = length > 0 ? [6, 3] : [138, 3];
    while (left >= shortest) {
      const count = Math.min(left, longest);
      if (length > 0) runs.push([REPEAT, 2, count - 3]);
      else runs.push(count <= 10 ? [ZEROS, 3, count - 3] : [MANY_ZEROS, 7, count - 11]);
      left -= count;
    }
    for (; left > 0; left--) runs.push([length, 0, 0]);
    at = end;
  }
  return runs;
}

function writeCodes(bits: BitWriter, codes: BlockCodes): void {
  const { lengthCode, lengthCount } = codes;
  bits.write(codes.literalCount - 257, 5);
  bits.write(codes.distanceCount - 1, 5);
  bits.write(lengthCount - 4, 4);
  for (const symbol of LENGTH_CODE_ORDER.slice(0, lengthCount)) bits.write(lengthCode.lengths[symbol] ?? 0, 3);
  for (const [symbol, count, value] of codes.runs) {
    bits.write(lengthCode.codes[symbol] ?? 0, lengthCode.lengths[symbol] ?? 0);
    bits.write(value, count);
  }
}

function writeTokens(bits: BitWriter, { tokens, count }: TokenBlock, { literals, distances }: BlockCodes): void {
  const { codes, lengths } = literals;
  for (let at = 0; at < count; at++) {
    const token = tokens[at] as number;
    if (token < 256) {
      bits.write(codes[token] as number, lengths[token] as number);
      continue;
    }
    const length = token >>> 16;
    const near = LENGTH_SYMBOL[length] as number;
    bits.write(codes[FIRST_LENGTH + near] as number, lengths[FIRST_LENGTH + near] as number);
    bits.write(length - (LENGTH_BASE[near] as number), LENGTH_EXTRA[near] as number);
    const distance = token & 0xffff;
    const far = distanceSymbol(distance);
    bits.write(distances.codes[far] as number, distances.lengths[far] as number);
    bits.write(distance - (DISTANCE_BASE[far] as number), DISTANCE_EXTRA[far] as number);
  }
  bits.write(codes[END_OF_BLOCK] as number, lengths[END_OF_BLOCK] as number);
}
