/** What a parser of this folder returns: the value, or what is wrong and where. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | ParseProblem;

/** `offset` and `length` count UTF-16 units of the parsed text, so that a caller can draw a caret under them. */
export interface ParseProblem {
  readonly ok: false;
  readonly message: string;
  readonly offset: number;
  /** How many characters are to blame, at least 1. */
  readonly length: number;
}

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function problem(message: string, offset = 0, length = 1): ParseProblem {
  return { ok: false, message, offset, length: Math.max(1, length) };
}

/** Unwinds a recursive descent; `parsing` turns it into a ParseProblem, so it never leaves this folder. */
class Refusal extends Error {
  readonly problem: ParseProblem;

  constructor(found: ParseProblem) {
    super(found.message);
    this.problem = found;
  }
}

/** Leaves the enclosing `parsing` with a problem. */
export function refuse(message: string, offset: number, length = 1): never {
  throw new Refusal(problem(message, offset, length));
}

/** Runs a recursive descent and returns its value or the problem that it met. */
export function parsing<T>(descent: () => T): Parsed<T> {
  try {
    return parsed(descent());
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    throw error;
  }
}
