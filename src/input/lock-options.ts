import type { IndexOptions } from "./input.ts";

/** What a lock says of indexes, which is little: the rest is left to the run. */
export function lockOptions(said: Partial<IndexOptions> = {}): IndexOptions {
  return {
    extraIndexUrls: [],
    findLinks: [],
    noIndex: false,
    trustedHosts: [],
    onlyBinary: [],
    noBinary: [],
    pre: false,
    ...said,
  };
}
