import { Random } from "./random.ts";

/** Calls `check` with `count` damaged copies of the seeds: bytes flipped, cut, doubled and swapped. The same every time. */
export function mutations(seeds: readonly Uint8Array[], count: number, check: (bytes: Uint8Array) => void): void {
  const random = new Random(0x2545f491);
  for (let round = 0; round < count; round++) {
    const seed = seeds[random.below(seeds.length)];
    if (seed === undefined) throw new RangeError("no seeds");
    let bytes: Uint8Array = Uint8Array.from(seed);
    for (let times = 1 + random.below(3); times > 0; times--) bytes = damage(bytes, random);
    check(bytes);
  }
}

const INTERESTING = new TextEncoder().encode('"{}[],:0-9e\\/@._AaZ\u0000\u00ff\n');

function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = random.below(9);
  switch (random.below(5)) {
    case 0:
      return splice(bytes, at, 1, Uint8Array.of(random.below(256)));
    case 1:
      return splice(bytes, at, 1, Uint8Array.of(INTERESTING[random.below(INTERESTING.length)] ?? 0));
    case 2:
      return splice(bytes, at, length, new Uint8Array(0));
    case 3:
      return splice(bytes, at, 0, bytes.subarray(at, at + length));
    default:
      return splice(bytes, at, length, bytes.subarray(random.below(bytes.length + 1)).subarray(0, length));
  }
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}
