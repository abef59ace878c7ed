import { CODE } from "./wasm/deflate-code.ts";
import { instances } from "./wasm/instances.ts";

/** Goes into layer keys: to be raised with any change of the bytes that are written. */
export const DEFLATE_VERSION = 1;

export type DeflateLevel = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** How hard to look for matches. */
interface Effort {
  /** Earlier places that are compared at most. */
  readonly chain: number;
  /** A match this long is taken at once. */
  readonly nice: number;
  /** Below this length the next byte's match is tried too; 0 never. */
  readonly lazy: number;
}

const EFFORTS: Readonly<Record<DeflateLevel, Effort>> = {
  1: { chain: 2, nice: 16, lazy: 0 },
  2: { chain: 4, nice: 32, lazy: 0 },
  3: { chain: 8, nice: 32, lazy: 0 },
  4: { chain: 8, nice: 32, lazy: 8 },
  5: { chain: 16, nice: 64, lazy: 16 },
  6: { chain: 32, nice: 128, lazy: 32 },
  7: { chain: 64, nice: 128, lazy: 64 },
  8: { chain: 256, nice: 258, lazy: 128 },
  9: { chain: 1024, nice: 258, lazy: 258 },
};

/**
 * Makes an encoder of raw deflate streams (RFC 1951) whose bytes depend on the input and the level alone, for ever: no
 * compressor's version, no processor. The result is valid until the next call.
 */
export function createDeflate(level: DeflateLevel): (bytes: Uint8Array) => Uint8Array {
  const { memory, OUTPUT, PADDING, setEffort, begin, encodeBlock, end } = instantiate();
  const { chain, nice, lazy } = EFFORTS[level];
  setEffort(chain, nice, lazy);
  return (bytes) => {
    const input = begin(bytes.length);
    const missing = input + bytes.length + PADDING.value - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    new Uint8Array(memory.buffer, input).set(bytes);
    while (encodeBlock() !== 0);
    return new Uint8Array(memory.buffer, OUTPUT.value, end() - OUTPUT.value);
  };
}

const PAGE = 65_536;

const instantiate = instances<Encoder>(CODE);

/** As in wasm/deflate.as.ts. */
interface Encoder {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly OUTPUT: { readonly value: number };
  readonly PADDING: { readonly value: number };
  readonly setEffort: (chain: number, nice: number, lazy: number) => void;
  readonly begin: (size: number) => number;
  /** 0 after the last block. */
  readonly encodeBlock: () => number;
  readonly end: () => number;
}
