import { stat } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import { parseContentRange } from "../net/content-range.ts";
import { fileStatusError } from "../net/download.ts";
import type { HttpRequest, HttpResponse } from "../net/http-client.ts";
import { redactUrl } from "../net/redact.ts";
import { retrying } from "../net/retry.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import type { IndexDeps } from "./index-deps.ts";
import { localPath } from "./local-files.ts";

const BUCKET = "sizes";

/**
 * Bytes of a file whose index did not tell: by stat, HEAD, or the total that one ranged byte comes with. Kept by
 * sha256 for ever; a server that lies is found out by the download.
 */
export async function fileSize(file: DistributionFile, deps: IndexDeps, insecure: boolean): Promise<number> {
  if (file.size !== undefined) return file.size;
  if (file.url.startsWith("file:")) return localSize(file.url);
  const known = file.sha256 === undefined ? undefined : await deps.store.get<number>(BUCKET, file.sha256);
  if (typeof known === "number") return known;
  if (deps.offline) return sizeOffline(file, deps);
  const size = await retrying(() => askSize(file.url, deps, insecure), {
    signal: deps.signal,
    ...(deps.sleep === undefined ? {} : { sleep: deps.sleep }),
  });
  await rememberSize(file, size, deps);
  return size;
}

function sizeOffline({ filename }: DistributionFile, { unsized }: IndexDeps): number {
  if (unsized === undefined) {
    throw new OciasmError("OFFLINE", `the size of ${filename} is not known without the network`);
  }
  unsized.add(filename);
  return 0;
}

/** Keeps a size that a server told along with something else. */
export async function rememberSize(
  { sha256, size: listed }: DistributionFile,
  size: number,
  { store }: Pick<IndexDeps, "store">,
): Promise<void> {
  if (listed === undefined && sha256 !== undefined) await store.set(BUCKET, sha256, size);
}

async function localSize(url: string): Promise<number> {
  const path = localPath(url);
  return (
    await stat(path).catch((error: unknown) => {
      throw new OciasmError("INPUT_NOT_FOUND", `${path} is not there`, { cause: error });
    })
  ).size;
}

async function askSize(url: string, deps: IndexDeps, insecure: boolean): Promise<number> {
  const common = { url, signal: deps.signal, insecure };
  const headers = await deps.authorize(url);
  const head = await answer({ ...common, method: "HEAD", headers }, deps);
  const size = head.status === 200 ? wholeLength(head) : undefined;
  if (size !== undefined) return size;
  // Servers that refuse HEAD, or hide the length: Artifactory behind some proxies, signed URLs.
  const ranged = await answer({ ...common, method: "GET", headers: { ...headers, range: "bytes=0-0" } }, deps);
  if (ranged.status !== 200 && ranged.status !== 206) throw fileStatusError(ranged, "INDEX_ERROR");
  const total = ranged.status === 206 ? parseContentRange(ranged.headers["content-range"])?.total : wholeLength(ranged);
  if (total !== undefined) return total;
  throw new OciasmError("INDEX_ERROR", `${redactUrl(url)}: the server does not tell how large the file is`);
}

async function answer(request: HttpRequest, deps: IndexDeps): Promise<HttpResponse> {
  const response = await deps.http.request(request);
  await response.discard();
  return response;
}

function wholeLength(response: HttpResponse): number | undefined {
  const length = response.headers["content-length"] ?? "";
  const isEncoded = (response.headers["content-encoding"] ?? "identity") !== "identity";
  return !isEncoded && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
