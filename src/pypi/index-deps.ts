import type { Report } from "../events.ts";
import type { HttpClient } from "../net/http-client.ts";
import type { Sleep } from "../net/retry.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import type { Authorize } from "./credentials.ts";

/** What the index client works with. */
export interface IndexDeps {
  readonly http: HttpClient;
  readonly store: KeyIndex;
  readonly authorize: Authorize;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly offline: boolean;
  /** Seconds since 1970: pages whose max-age has not passed are not asked for again. */
  readonly now?: number;
  /** URLs of the pages that were asked for in this run, shared by all who ask: what is remembered of them is new enough. */
  readonly seen?: Set<string>;
  /** Without it, a size that only the network knows is an error offline; with it, 0, and the file's name is put here. */
  readonly unsized?: Set<string>;
  /** For tests. */
  readonly sleep?: Sleep;
}
