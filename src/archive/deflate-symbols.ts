/** RFC 1951, 3.2.5: lengths 3 to 258 and distances 1 to 32768 as a symbol and extra bits. */

/** Extra bits and smallest value of each length symbol, from 257 on. */
export const LENGTH_EXTRA: Uint8Array = Uint8Array.of(
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  1,
  1,
  1,
  1,
  2,
  2,
  2,
  2,
  3,
  3,
  3,
  3,
  4,
  4,
  4,
  4,
  5,
  5,
  5,
  5,
  0,
);
export const LENGTH_BASE: Uint16Array = bases(LENGTH_EXTRA, 3);

/** Extra bits and smallest value of each distance symbol. */
export const DISTANCE_EXTRA: Uint8Array = Uint8Array.from({ length: 30 }, (_, symbol) =>
  Math.max(0, (symbol >> 1) - 1),
);
export const DISTANCE_BASE: Uint16Array = bases(DISTANCE_EXTRA, 1);

/** Index of the length symbol, by length. */
export const LENGTH_SYMBOL: Uint8Array = lengthSymbols();

/** Index of the distance symbol: by distance - 1 up to 256, then by 256 + (distance - 1) / 128. */
const DISTANCE_SYMBOL: Uint8Array = distanceSymbols();

export function distanceSymbol(distance: number): number {
  const from = distance - 1;
  return DISTANCE_SYMBOL[from < 256 ? from : 256 + (from >> 7)] ?? 0;
}

function bases(extra: Uint8Array, first: number): Uint16Array {
  let next = first;
  return Uint16Array.from(extra, (bits) => {
    const base = next;
    next += 1 << bits;
    return base;
  });
}

function lengthSymbols(): Uint8Array {
  // 258 has a symbol of its own, although the one before could express it.
  LENGTH_BASE[28] = 258;
  const symbols = new Uint8Array(259);
  for (let symbol = 0; symbol < 29; symbol++) symbols.fill(symbol, LENGTH_BASE[symbol]);
  return symbols;
}

function distanceSymbols(): Uint8Array {
  const symbols = new Uint8Array(512);
  for (let symbol = 0; symbol < 30; symbol++) {
    const from = (DISTANCE_BASE[symbol] ?? 0) - 1;
    symbols.fill(symbol, from < 256 ? from : 256 + (from >> 7), from < 256 ? 256 : 512);
  }
  return symbols;
}
