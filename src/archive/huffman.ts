/** A prefix code as deflate defines it (RFC 1951, 3.2.2): by the lengths alone. */
export interface HuffmanCode {
  /** Bits of each symbol's code; 0 for symbols that do not occur. */
  readonly lengths: Uint8Array;
  /** Each symbol's code with its bits reversed, as deflate packs them. */
  readonly codes: Uint16Array;
}

/** Symbols are packed below their frequency, so that one sort orders both. */
const SYMBOL_BITS = 9;

/**
 * The shortest code for these frequencies (each below 2^23) with no code of more than `maxLength` bits; symbols of the
 * same frequency are told apart by their number. At least two symbols get a code: some decoders refuse fewer.
 */
export function buildHuffman(frequencies: Uint32Array, maxLength: number): HuffmanCode {
  const sorted = sortSymbols(frequencies);
  const lengths = new Uint8Array(frequencies.length);
  const perLength = limitLengths(codeLengths(sorted), maxLength);
  let at = sorted.length;
  for (let length = 1; length <= maxLength; length++) {
    for (let count = perLength[length] ?? 0; count > 0; count--) {
      at--;
      lengths[(sorted[at] ?? 0) & ((1 << SYMBOL_BITS) - 1)] = length;
    }
  }
  return { lengths, codes: assignCodes(lengths, perLength) };
}

/** Symbols that occur, the rarest first, each with its frequency in the upper bits. */
function sortSymbols(frequencies: Uint32Array): Uint32Array {
  const used: number[] = [];
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    const frequency = frequencies[symbol] ?? 0;
    if (frequency > 0) used.push(((frequency << SYMBOL_BITS) | symbol) >>> 0);
  }
  for (let symbol = 0; used.length < 2; symbol++) {
    if ((frequencies[symbol] ?? 0) === 0) used.push((1 << SYMBOL_BITS) | symbol);
  }
  return Uint32Array.from(used).sort();
}

/**
 * Optimal code length of each sorted symbol. Moffat and Katajainen, "In-place calculation of minimum-redundancy codes"
 * (1995): weights become parents, parents become depths, depths become lengths.
 */
function codeLengths(sorted: Uint32Array): Uint32Array {
  const count = sorted.length;
  const work = sorted.map((key) => key >>> SYMBOL_BITS);
  const at = (index: number): number => work[index] ?? 0;
  let leaf = 0;
  let root = 0;
  for (let next = 0; next < count - 1; next++) {
    let weight = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf >= count || (root < next && at(root) < at(leaf))) {
        weight += at(root);
        work[root++] = next;
      } else {
        weight += at(leaf++);
      }
    }
    work[next] = weight;
  }
  work[count - 2] = 0;
  for (let next = count - 3; next >= 0; next--) work[next] = at(at(next)) + 1;

  let available = 1;
  let depth = 0;
  root = count - 2;
  let next = count - 1;
  while (available > 0) {
    let inner = 0;
    while (root >= 0 && at(root) === depth) {
      inner++;
      root--;
    }
    while (available > inner) {
      work[next--] = depth;
      available--;
    }
    available = 2 * inner;
    depth++;
  }
  return work;
}

/** How many codes have each length, when those that are too long are cut and others grow to make room. */
function limitLengths(lengths: Uint32Array, maxLength: number): Uint32Array {
  const counts = new Uint32Array(maxLength + 1);
  for (const length of lengths) {
    const limited = Math.min(length, maxLength);
    counts[limited] = (counts[limited] ?? 0) + 1;
  }
  // Kraft's sum in units of the longest code; a full code has exactly 2^maxLength.
  let sum = counts.reduce((total, count, length) => total + (length === 0 ? 0 : count * 2 ** (maxLength - length)), 0);
  for (; sum > 2 ** maxLength; sum--) {
    let length = maxLength - 1;
    while ((counts[length] ?? 0) === 0) length--;
    counts[length] = (counts[length] ?? 0) - 1;
    counts[length + 1] = (counts[length + 1] ?? 0) + 2;
    counts[maxLength] = (counts[maxLength] ?? 0) - 1;
  }
  return counts;
}

function assignCodes(lengths: Uint8Array, perLength: Uint32Array): Uint16Array {
  const next = new Uint32Array(perLength.length + 1);
  for (let length = 1; length < perLength.length; length++) {
    next[length + 1] = ((next[length] ?? 0) + (perLength[length] ?? 0)) << 1;
  }
  return Uint16Array.from(lengths, (length) => {
    if (length === 0) return 0;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    return reverseBits(code, length);
  });
}

function reverseBits(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((code >>> bit) & 1) << (length - 1 - bit);
  return reversed;
}
