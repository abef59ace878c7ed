/** Marsaglia's xorshift32: the same numbers on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0 || 1;
  }

  /** 0 to limit - 1. */
  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  /** Changes a text at a few places: drops, doubles and inserts characters of `alphabet`. */
  mutate(text: string, alphabet: string): string {
    let changed = text;
    for (let count = 1 + this.below(4); count > 0; count -= 1) {
      const at = this.below(changed.length + 1);
      const rest = changed.slice(at + this.below(3));
      const inserted = this.below(3) === 0 ? "" : alphabet.charAt(this.below(alphabet.length));
      changed = changed.slice(0, at) + inserted + rest;
    }
    return changed;
  }
}
