import { rm } from "node:fs/promises";
import { OciasmError, toOciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import { download } from "../net/download.ts";
import type { HttpClient } from "../net/http-client.ts";
import { type Sleep, statusOf } from "../net/retry.ts";
import { digestOfHex } from "../oci/digest.ts";
import type { LockedWheel } from "../resolve/lock.ts";
import type { BlobStore, KeyIndex } from "../store/blob-store.ts";
import type { Borrowing } from "../store/borrowed.ts";
import type { WithLock } from "../store/lock.ts";
import type { Authorize } from "./credentials.ts";
import type { IndexClient } from "./index-client.ts";
import { hashLocal, localPath } from "./local-files.ts";

export interface WheelDeps {
  readonly store: BlobStore & KeyIndex & Borrowing & { readonly withLock: WithLock };
  readonly http: HttpClient;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly offline?: boolean;
  readonly authorize?: Authorize;
  /** Where else the same bytes are listed. */
  readonly index?: Pick<IndexClient, "mirrors" | "isTrusted">;
  /** Indexes that somebody chose (mirrors, caches) are asked before the lock's own URL. */
  readonly indexFirst?: boolean;
  readonly sleep?: Sleep;
}

/**
 * Makes sure that the store has a wheel's bytes, checked against size and sha256: a file of this host is borrowed, any
 * other is downloaded. Several processes fetch a wheel once between them; a URL that fails gives way to the next that
 * lists the same hash.
 */
export async function fetchWheel(wheel: LockedWheel, deps: WheelDeps): Promise<void> {
  const digest = digestOfHex(wheel.sha256);
  const reuse = async (): Promise<boolean> => {
    if ((await deps.store.has(digest)) !== wheel.size) return false;
    event(wheel, deps, "reused", wheel.size);
    return true;
  };
  if (await reuse()) return;
  await deps.store.withLock(
    `wheel ${wheel.sha256}`,
    async () => {
      if (await reuse()) return;
      event(wheel, deps, "start", 0);
      await fromAnywhere(wheel, deps);
      event(wheel, deps, "done", wheel.size);
    },
    deps.signal,
  );
}

async function fromAnywhere(wheel: LockedWheel, deps: WheelDeps): Promise<void> {
  const failures: OciasmError[] = [];
  const tried = new Set<string>();
  const attempt = async (urls: readonly string[]): Promise<boolean> => {
    for (const url of urls.filter((one) => !tried.has(one))) {
      tried.add(url);
      try {
        await fetchFrom(url, wheel, deps);
        return true;
      } catch (error) {
        const failure = toOciasmError(error);
        if (!mayDifferElsewhere(failure)) throw failure;
        failures.push(failure);
      }
    }
    return false;
  };
  const mirrors = async (ask: boolean): Promise<readonly string[]> =>
    (await deps.index?.mirrors(wheel, ask).catch(() => [])) ?? [];
  // A file of this host is nearer than what an index would have to be asked for.
  if (wheel.url.startsWith("file:") && (await attempt([wheel.url]))) return;
  const first =
    deps.indexFirst === true ? [...(await mirrors(true)), wheel.url] : [wheel.url, ...(await mirrors(false))];
  if ((await attempt(first)) || (await attempt(await mirrors(true)))) return;
  throw worst(failures, wheel);
}

/** A full disk or an interrupt is the same for every URL. */
function mayDifferElsewhere(failure: OciasmError): boolean {
  return ["NETWORK", "INDEX_ERROR", "HASH_MISMATCH", "INPUT_NOT_FOUND", "OFFLINE"].includes(failure.code);
}

/** Bytes that lie weigh more than a server that does not answer. */
function worst(failures: readonly OciasmError[], wheel: LockedWheel): OciasmError {
  const chosen =
    failures.find((failure) => failure.code === "HASH_MISMATCH") ??
    failures.find((failure) => statusOf(failure) !== 404) ??
    failures[0];
  return chosen ?? new OciasmError("INDEX_ERROR", `no URL is known for ${wheel.filename}`);
}

async function fetchFrom(url: string, wheel: LockedWheel, deps: WheelDeps): Promise<void> {
  if (url.startsWith("file:")) return borrowLocal(localPath(url), wheel, deps);
  if (deps.offline === true) {
    throw new OciasmError("OFFLINE", `${wheel.filename} is not in the cache`, { hint: "run once without --offline" });
  }
  const file = await deps.store.temporary();
  try {
    await downloadTo(file, url, wheel, deps);
    await deps.store.adopt(file, { digest: digestOfHex(wheel.sha256), size: wheel.size });
  } finally {
    await rm(file, { force: true });
  }
}

async function downloadTo(file: string, url: string, wheel: LockedWheel, deps: WheelDeps): Promise<void> {
  let reported = 0;
  await download(deps.http, {
    url,
    file,
    sha256: wheel.sha256,
    size: wheel.size,
    code: "INDEX_ERROR",
    headers: (await deps.authorize?.(url)) ?? {},
    insecure: deps.index?.isTrusted(url) === true,
    signal: deps.signal,
    ...(deps.sleep === undefined ? {} : { sleep: deps.sleep }),
    progress: (bytes) => {
      if (Math.abs(bytes - reported) < REPORT_EVERY) return;
      reported = bytes;
      event(wheel, deps, "progress", bytes);
    },
  });
}

/** Bytes between two progress events. */
const REPORT_EVERY = 256 * 1024;

/** Reads the wheel where it lies. */
async function borrowLocal(path: string, wheel: LockedWheel, { store, signal }: WheelDeps): Promise<void> {
  const got = await hashLocal(path, store, signal);
  if (got.sha256 === wheel.sha256 && got.size === wheel.size) {
    store.borrow(digestOfHex(wheel.sha256), got);
    return;
  }
  const bytes = (size: number): string => (got.size === wheel.size ? "" : ` (${size} bytes)`);
  const [wanted, found] = [`${wheel.sha256}${bytes(wheel.size)}`, `${got.sha256}${bytes(got.size)}`];
  throw new OciasmError("HASH_MISMATCH", `${path}: expected ${wanted}, got ${found}`, {
    hint: "the file was replaced or damaged: lock again if the new one is meant",
  });
}

function event(
  wheel: LockedWheel,
  deps: WheelDeps,
  state: "start" | "progress" | "done" | "reused",
  bytes: number,
): void {
  deps.report({ type: "transfer", id: wheel.filename, what: "wheel", state, bytes, total: wheel.size });
}
