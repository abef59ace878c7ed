// RFC 1951, 3.2.5: lengths 3 to 258 and distances 1 to 32768 as a symbol and extra bits. The highest bit of each value
// tells how many extra bits it has, and with the one or two below it which symbol it is.

export const END_OF_BLOCK: u32 = 256;
export const FIRST_LENGTH: u32 = 257;
export const LITERAL_SYMBOLS: u32 = 286;
export const DISTANCE_SYMBOLS: u32 = 30;
export const MIN_LENGTH: u32 = 3;
export const MAX_LENGTH: u32 = 258;

/** From 0 on; 258 has a symbol of its own, although the one before could express it. */
export function lengthSymbol(length: u32): u32 {
  if (length == MAX_LENGTH) return 28;
  const value = length - MIN_LENGTH;
  if (value < 8) return value;
  const extra = 29 - clz(value);
  return ((extra + 1) << 2) | ((value >> extra) & 3);
}

export function lengthExtra(symbol: u32): u32 {
  return symbol < 8 || symbol == 28 ? 0 : (symbol >> 2) - 1;
}

export function distanceSymbol(distance: u32): u32 {
  const value = distance - 1;
  if (value < 4) return value;
  const extra = 30 - clz(value);
  return ((extra + 1) << 1) | ((value >> extra) & 1);
}

export function distanceExtra(symbol: u32): u32 {
  return symbol < 4 ? 0 : (symbol >> 1) - 1;
}
