import type { Place, Seen } from "./exchange.ts";

/** What happens to a request instead of, before or after the honest work. */
export type FaultAction =
  /** Another answer. `early`: before the body is read. */
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly early?: boolean;
    }
  /** Cuts the connection after so many bytes of the request's body, which are kept, or after all the work. */
  | { readonly reset: number | "after" }
  /** Reads so many bytes and no more, or does all the work; in both cases nobody ever answers. */
  | { readonly stall: number | "after" }
  /** Does the work at once and answers late, as a slow commit does. */
  | { readonly delayMilliseconds: number }
  /** Does the work and changes the answer; a header that is null goes away. */
  | {
      readonly answer: {
        readonly status?: number;
        readonly headers?: Readonly<Record<string, string | null>>;
        readonly body?: string;
      };
    }
  /** Ends the answer's body after so many bytes: with the true Content-Length, chunked and cut, or unnoticeably. */
  | { readonly truncate: number; readonly how: "length" | "chunked" | "close" }
  /** The answer's body comes in pieces with pauses. */
  | { readonly slow: { readonly piece: number; readonly milliseconds: number } }
  | { readonly redirect: string; readonly status?: 301 | 302 | 303 | 307 | 308 }
  /** Does the work, then loses the content: a digest, or what the request's path names. */
  | { readonly drop: string | "named" }
  /** Forgets all tokens first. */
  | { readonly expireTokens: true }
  /** Anything: runs first, then the honest work. */
  | { readonly run: (seen: Seen) => unknown };

/** A rule of the script: which requests it is about, and which of those it hits. */
export interface Fault {
  readonly method?: string;
  /** Tested against path and query. */
  readonly path?: RegExp;
  /** Default: the registry itself. */
  readonly place?: Place;
  readonly when?: (seen: Seen) => boolean;
  /** Matching requests that pass before; default 0. */
  readonly skip?: number;
  /** Matching requests that are hit then; default 1. */
  readonly times?: number;
  readonly action: FaultAction;
}

export interface Script {
  /** The action for a request: of the first rule that is due. Every matching rule counts it. */
  next(seen: Seen): FaultAction | undefined;
  add(...faults: readonly Fault[]): void;
  /** Rules that hit something. */
  readonly hits: ReadonlyMap<Fault, number>;
}

export function createScript(initial: readonly Fault[]): Script {
  const faults = [...initial];
  const seenBy = new Map<Fault, number>();
  const hits = new Map<Fault, number>();
  return {
    hits,
    add: (...more) => {
      faults.push(...more);
    },
    next: (seen) => {
      let due: Fault | undefined;
      for (const fault of faults.filter((one) => matches(one, seen))) {
        const count = seenBy.get(fault) ?? 0;
        seenBy.set(fault, count + 1);
        const first = fault.skip ?? 0;
        if (due === undefined && count >= first && count < first + (fault.times ?? 1)) due = fault;
      }
      if (due !== undefined) hits.set(due, (hits.get(due) ?? 0) + 1);
      return due?.action;
    },
  };
}

function matches(fault: Fault, seen: Seen): boolean {
  return (
    (fault.place ?? "registry") === seen.place &&
    (fault.method ?? seen.method) === seen.method &&
    (fault.path?.test(seen.path) ?? true) &&
    (fault.when?.(seen) ?? true)
  );
}
