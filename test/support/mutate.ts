/** A generator of numbers below 2^32 that is the same on every machine. */
export function xorshift(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x2f, 0x2e, 0x50, 0x4b, 0x30, 0x37, 0x20];

/** A copy of `bytes` with a few bytes changed, a piece cut out, doubled or overwritten by another piece. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (let count = 1 + (random() % 3); count > 0; count--) {
    const at = random() % copy.length;
    const kind = random() % 8;
    if (kind < 3) copy[at] = random();
    else if (kind < 5) copy[at] = INTERESTING[random() % INTERESTING.length] ?? 0;
    else if (kind === 5) copy[at] = (copy[at] ?? 0) ^ (1 << (random() % 8));
    else if (kind === 6) copy.copyWithin(at, random() % copy.length, random() % copy.length);
    else return resize(copy, at, random);
  }
  return copy;
}

function resize(bytes: Uint8Array, at: number, random: () => number): Uint8Array {
  const length = random() % 40;
  const rest = bytes.subarray(random() % 2 === 0 ? at + length : Math.max(0, at - length));
  return Buffer.concat([bytes.subarray(0, at), rest]);
}
