// Packs bits as deflate does, the lowest first (RFC 1951, 3.1.1).

export let output: usize = 0;
export let held: u64 = 0;
/** Below 8 between writes. */
export let heldBits: u32 = 0;

/** Goes on at another place, or with other bits. */
export function setOutput(at: usize, bits: u64, count: u32): void {
  output = at;
  held = bits;
  heldBits = count;
}

/** At most 32 bits; those of `value` above `count` are zero. */
export function write(value: u32, count: u32): void {
  held |= (value as u64) << (heldBits as u64);
  heldBits += count;
  store<u64>(output, held);
  output += heldBits >> 3;
  held >>= (heldBits & 56) as u64;
  heldBits &= 7;
}

export function align(): void {
  if (heldBits > 0) write(0, 8 - heldBits);
}

/** Whole bytes, after `align`; they may lie further on in the same memory. */
export function append(from: usize, size: usize): void {
  memory.copy(output, from, size);
  output += size;
}
