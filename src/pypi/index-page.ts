import { fileStatusError } from "../net/download.ts";
import { redactUrl } from "../net/redact.ts";
import { retrying } from "../net/retry.ts";
import type { IndexDeps } from "./index-deps.ts";
import type { PageFile } from "./index-file.ts";
import { filesIn } from "./packed-files.ts";
import { cachedHead, cachedPage, type PageHead, rememberPage, renewPage, validatorsOf } from "./page-cache.ts";
import { readPage } from "./page-reader.ts";

const ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

/**
 * The files on the page at a URL, from the network or, where the server allows it, from the cache. Undefined: there is
 * no page (404).
 */
export async function fetchPage(
  url: string,
  deps: IndexDeps,
  insecure: boolean,
): Promise<readonly PageFile[] | undefined> {
  const head = await cachedHead(deps.store, url);
  const isFresh = head?.freshUntil !== undefined && deps.now !== undefined && deps.now < head.freshUntil;
  if (isFresh || deps.seen?.has(url) === true) {
    const fresh = await cachedPage(deps.store, url);
    if (fresh !== undefined) return fresh;
  }
  const files = await retrying(() => ask(url, head, deps, insecure), {
    signal: deps.signal,
    ...(deps.sleep === undefined ? {} : { sleep: deps.sleep }),
  });
  deps.seen?.add(url);
  return files;
}

async function ask(
  url: string,
  head: PageHead | undefined,
  deps: IndexDeps,
  insecure: boolean,
): Promise<readonly PageFile[] | undefined> {
  const response = await deps.http.request({
    method: "GET",
    url,
    headers: { accept: ACCEPT, "accept-encoding": "gzip", ...(await deps.authorize(url)), ...conditions(head) },
    signal: deps.signal,
    insecure,
  });
  const validators = validatorsOf(response.headers, deps.now);
  if (response.status === 304 && head !== undefined) {
    await response.discard();
    return unchanged(url, head, validators, deps, insecure);
  }
  if (response.status !== 200) {
    await response.discard();
    if (response.status === 404 || response.status === 410) return undefined;
    throw fileStatusError(response, "INDEX_ERROR");
  }
  const { parts, bytes, stamp } = await readPage(response);
  await rememberPage(deps.store, url, { parts, stamp }, validators);
  deps.report({ type: "transfer", id: redactUrl(url), what: "index", state: "done", bytes });
  return filesIn(parts);
}

async function unchanged(
  url: string,
  head: PageHead,
  validators: ReturnType<typeof validatorsOf>,
  deps: IndexDeps,
  insecure: boolean,
): Promise<readonly PageFile[] | undefined> {
  const files = await cachedPage(deps.store, url);
  // The cache lost a part of what the server thinks we have.
  if (files === undefined) return ask(url, undefined, deps, insecure);
  await renewPage(deps.store, url, head, validators);
  deps.report({ type: "transfer", id: redactUrl(url), what: "index", state: "reused", bytes: 0 });
  return files;
}

function conditions(head: PageHead | undefined): Readonly<Record<string, string>> {
  if (head?.etag !== undefined) return { "if-none-match": head.etag };
  return head?.lastModified === undefined ? {} : { "if-modified-since": head.lastModified };
}
