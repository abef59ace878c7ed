import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import { basicAuthorization, splitUserInfo } from "../net/basic-auth.ts";
import type { HttpClient, HttpResponse } from "../net/http-client.ts";
import { redactUrl } from "../net/redact.ts";
import { retrying, statusError } from "../net/retry.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import type { BlobStore } from "../store/blob-store.ts";

export interface FetchDeps {
  readonly http: HttpClient;
  readonly blobs: BlobStore;
  readonly signal: AbortSignal;
}

/** A file whose content is pinned. */
export interface PinnedFile {
  readonly url: string;
  readonly sha256: string;
  readonly size: number;
}

/** The document at `url`, or undefined where the server has none. Rejects with MIRROR_ERROR for other answers. */
export async function fetchDocument(url: string, limit: number, deps: FetchDeps): Promise<Uint8Array | undefined> {
  return retrying(
    async () => {
      const response = await get(url, deps);
      if (response.status === 200) return response.bytes(limit);
      await response.discard();
      if (response.status === 404 || response.status === 403 || response.status === 410) return undefined;
      throw statusError("MIRROR_ERROR", response);
    },
    { signal: deps.signal },
  );
}

/**
 * Puts a pinned file into the store, from the first of its URLs that has it. Rejects with HASH_MISMATCH for another
 * content, MIRROR_ERROR when no URL has it.
 */
export async function fetchPinned(
  urls: readonly string[],
  file: Omit<PinnedFile, "url">,
  deps: FetchDeps,
  progress: (bytes: number) => void = () => {},
): Promise<Digest> {
  const digest = digestOfHex(file.sha256);
  for (const url of urls) {
    if (await retrying(() => download({ ...file, url }, digest, deps, progress), { signal: deps.signal }))
      return digest;
  }
  throw new OciasmError("MIRROR_ERROR", `${redactUrl(urls[0] ?? "")} does not exist`, {
    hint: "run again, which reads the package lists anew, or use another mirror with --deb-mirror",
  });
}

/** A .deb, told to the user as it comes. */
export async function fetchDeb(
  file: PinnedFile,
  title: string,
  deps: FetchDeps & { readonly report: Report },
): Promise<void> {
  const event = (state: "start" | "progress" | "done", bytes: number): void =>
    deps.report({ type: "transfer", id: title, what: "deb", state, bytes, total: file.size });
  event("start", 0);
  await fetchPinned([file.url], file, deps, (bytes) => event("progress", bytes));
  event("done", file.size);
}

async function download(
  file: PinnedFile,
  digest: Digest,
  deps: FetchDeps,
  progress: (bytes: number) => void,
): Promise<boolean> {
  const response = await get(file.url, deps);
  if (response.status !== 200) {
    await response.discard();
    if (response.status === 404) return false;
    throw statusError("MIRROR_ERROR", response);
  }
  const temporary = await deps.blobs.temporary();
  try {
    await writeChecked(response, temporary, file, progress);
    await deps.blobs.adopt(temporary, { digest, size: file.size });
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeChecked(
  response: HttpResponse,
  path: string,
  file: PinnedFile,
  progress: (bytes: number) => void,
): Promise<void> {
  const hash = createHash("sha256");
  const handle = await open(path, "w");
  let size = 0;
  try {
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > file.size) throw mismatch(file, `more than the ${file.size} bytes promised`);
      hash.update(chunk);
      await handle.writeFile(chunk);
      progress(size);
    }
  } finally {
    await handle.close();
  }
  if (size !== file.size) throw mismatch(file, `${size} of ${file.size} bytes`);
  const actual = hash.digest("hex");
  if (actual !== file.sha256) throw mismatch(file, `sha256 ${actual} instead of ${file.sha256}`);
}

function mismatch(file: PinnedFile, what: string): OciasmError {
  return new OciasmError("HASH_MISMATCH", `${redactUrl(file.url)} has ${what}`, {
    hint: "the mirror is damaged or in the middle of an update: try again later, or use another with --deb-mirror",
  });
}

async function get(address: string, deps: FetchDeps): Promise<HttpResponse> {
  const { url, user, password } = splitUserInfo(address);
  const headers: Record<string, string> =
    user === undefined ? {} : { authorization: basicAuthorization(user, password ?? "") };
  return deps.http.request({ method: "GET", url, headers, signal: deps.signal });
}
