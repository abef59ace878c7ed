import type { BlobStore, KeyIndex } from "../store/blob-store.ts";
import type { WithLock } from "../store/lock.ts";
import type { IndexDeps } from "./index-deps.ts";

/** What the metadata of wheels is read with. */
export interface MetadataDeps extends IndexDeps {
  readonly store: BlobStore & KeyIndex & { readonly withLock: WithLock };
  readonly isTrusted: (url: string) => boolean;
  /** Warns, each subject once in a run. */
  readonly warnOnce: (subject: string, message: string) => void;
  /** By origin: for how many files in a row ranges did not work. */
  readonly rangeless: Map<string, number>;
  /** Bytes of a wheel that may be downloaded for its metadata. */
  readonly maxWheel: number;
}

/** What every request for a file carries. */
export async function fileRequest(
  url: string,
  deps: MetadataDeps,
): Promise<{
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly insecure: boolean;
  readonly signal: AbortSignal;
  readonly code: "INDEX_ERROR";
  readonly sleep?: NonNullable<MetadataDeps["sleep"]>;
}> {
  return {
    url,
    headers: { ...(await deps.authorize(url)), "accept-encoding": "identity" },
    insecure: deps.isTrusted(url),
    signal: deps.signal,
    code: "INDEX_ERROR",
    ...(deps.sleep === undefined ? {} : { sleep: deps.sleep }),
  };
}
