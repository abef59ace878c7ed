/** Packs bits as deflate does, the lowest first (RFC 1951, 3.1.1), into memory that grows. */
export class BitWriter {
  private bytes: Uint8Array;
  private length = 0;
  private held = 0;
  private heldBits = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  clear(): void {
    this.length = 0;
    this.held = 0;
    this.heldBits = 0;
  }

  /** Makes room for this many bytes, which `write` does not check for. */
  reserve(more: number): void {
    if (this.length + more + 8 <= this.bytes.length) return;
    const grown = new Uint8Array(2 * (this.length + more + 8));
    grown.set(this.bytes);
    this.bytes = grown;
  }

  /** At most 16 bits; those of `value` above `count` are zero. */
  write(value: number, count: number): void {
    this.held |= value << this.heldBits;
    this.heldBits += count;
    if (this.heldBits < 16) return;
    this.bytes[this.length++] = this.held;
    this.bytes[this.length++] = this.held >>> 8;
    this.held >>>= 16;
    this.heldBits -= 16;
  }

  align(): void {
    while (this.heldBits > 0) {
      this.bytes[this.length++] = this.held;
      this.held >>>= 8;
      this.heldBits -= 8;
    }
    this.held = 0;
    this.heldBits = 0;
  }

  /** Whole bytes, after `align`. */
  append(chunk: Uint8Array): void {
    this.bytes.set(chunk, this.length);
    this.length += chunk.length;
  }

  /** A view that is valid until the next change. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
