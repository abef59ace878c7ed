import { OciasmError } from "../errors.ts";
import { fileStatusError } from "../net/download.ts";
import type { HttpResponse } from "../net/http-client.ts";
import { escapeControl, redactUrl } from "../net/redact.ts";
import { retrying } from "../net/retry.ts";
import type { IndexDeps } from "./index-deps.ts";
import type { IndexPage } from "./index-file.ts";
import { type CachedPage, cachedPage, rememberPage, validatorsOf } from "./page-cache.ts";
import { parseSimpleHtml } from "./simple-html.ts";
import { parseSimpleJson } from "./simple-json.ts";

const ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";
/** The largest page known has some 20 MB. */
const MAX_PAGE = 64 * 1024 * 1024;

/** The page at a URL, from the network or, where the server allows it, from the cache. Undefined: there is none (404). */
export async function fetchPage(url: string, deps: IndexDeps, insecure: boolean): Promise<CachedPage | undefined> {
  const known = await cachedPage(deps.store, url);
  if (known?.freshUntil !== undefined && deps.now !== undefined && deps.now < known.freshUntil) return known;
  return retrying(() => ask(url, known, deps, insecure), {
    signal: deps.signal,
    ...(deps.sleep === undefined ? {} : { sleep: deps.sleep }),
  });
}

async function ask(
  url: string,
  known: CachedPage | undefined,
  deps: IndexDeps,
  insecure: boolean,
): Promise<CachedPage | undefined> {
  const response = await deps.http.request({
    method: "GET",
    url,
    headers: { accept: ACCEPT, ...(await deps.authorize(url)), ...conditions(known) },
    signal: deps.signal,
    insecure,
  });
  const validators = validatorsOf(response.headers, deps.now);
  if (response.status === 304 && known !== undefined) {
    await response.discard();
    const page = { ...known, ...validators };
    await rememberPage(deps.store, url, page);
    return page;
  }
  if (response.status !== 200) {
    await response.discard();
    if (response.status === 404 || response.status === 410) return undefined;
    throw fileStatusError(response, "INDEX_ERROR");
  }
  const page: CachedPage = { schema: 1, files: (await readPage(response)).files, ...validators };
  await rememberPage(deps.store, url, page);
  return page;
}

function conditions(known: CachedPage | undefined): Readonly<Record<string, string>> {
  if (known?.etag !== undefined) return { "if-none-match": known.etag };
  return known?.lastModified === undefined ? {} : { "if-modified-since": known.lastModified };
}

async function readPage(response: HttpResponse): Promise<IndexPage> {
  const type = (response.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const isJson = /^application\/(vnd\.pypi\.simple\.[\w.]+\+)?json$/.test(type);
  const isHtml = /^(text\/html|application\/xhtml\+xml|application\/vnd\.pypi\.simple\.[\w.]+\+html)$/.test(type);
  if (!isJson && !isHtml && type !== "") {
    await response.discard();
    throw new OciasmError(
      "INDEX_ERROR",
      `${redactUrl(response.url)} answered with ${escapeControl(type)} instead of an index page`,
      {
        hint: "check the index URL: it ends where the project names follow, often in /simple/",
      },
    );
  }
  const text = await response.text(MAX_PAGE);
  if (isJson || (type === "" && text.trimStart().startsWith("{"))) return parseSimpleJson(text, response.url);
  const page = parseSimpleHtml(text, response.url);
  if (page.isIndex) return page;
  throw new OciasmError("INDEX_ERROR", `${redactUrl(response.url)} answered with a web page that is no index page`, {
    hint: "open the URL in a browser: a login page or a proxy may stand in between",
  });
}
