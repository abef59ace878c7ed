import { refuse } from "./parsed.ts";

/** A marker or requirement of this many characters is no longer written by a person. */
const MAX_LENGTH = 65_536;

/** A place in a text. Patterns must be sticky (flag `y`). */
export class Scanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    if (text.length > MAX_LENGTH) refuse(`longer than ${MAX_LENGTH} characters`, MAX_LENGTH);
    this.text = text;
  }

  /** The text that the pattern matches here, without moving. */
  peek(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    return pattern.exec(this.text)?.[0];
  }

  /** Like `peek`, and moves behind it. */
  take(pattern: RegExp): string | undefined {
    const found = this.peek(pattern);
    if (found !== undefined) this.position += found.length;
    return found;
  }

  /** Like `take`; refuses with "expected …" where the pattern does not match. */
  expect(pattern: RegExp, what: string): string {
    return this.take(pattern) ?? this.refuse(`expected ${what}`);
  }

  /** Spaces and tabs: a line break ends a marker and a requirement. */
  skipSpace(): void {
    while (this.text[this.position] === " " || this.text[this.position] === "\t") this.position += 1;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** Blames the characters from `start` (default: here) to the current place. */
  refuse(message: string, start: number = this.position): never {
    return refuse(message, start, this.position - start + 1);
  }
}
