import { isAscii } from "node:buffer";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { isOciasmError, OciasmError } from "../errors.ts";
import type { HttpResponse } from "../net/http-client.ts";
import { escapeControl, redactUrl } from "../net/redact.ts";
import { htmlPieces } from "./html-pieces.ts";
import { createJsonItems } from "./json-items.ts";
import { createPacker, type Packer } from "./packed-files.ts";
import { createHtmlPage } from "./simple-html.ts";
import { createJsonPage, notAPage } from "./simple-json.ts";

/** Bytes, unpacked. The largest page known has some 20 MB; what is read is not held. */
const MAX_PAGE = 512 * 1024 * 1024;
const MAX_FILES = 200_000;

/** A page of an index, read. */
export interface PageContent {
  /** Its files, for `filesIn`. */
  readonly parts: readonly Uint8Array[];
  /** What came. */
  readonly bytes: number;
  /** A hash of what came. */
  readonly stamp: string;
}

/**
 * Reads an answer as a page of the simple API, in pieces: only its files are held. Throws INDEX_ERROR for what is no such page or beyond all measure, NETWORK for a connection that breaks.
 */
export async function readPage(response: HttpResponse): Promise<PageContent> {
  const type = (response.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const isJson = /^application\/(vnd\.pypi\.simple\.[\w.]+\+)?json$/.test(type);
  const isHtml = /^(text\/html|application\/xhtml\+xml|application\/vnd\.pypi\.simple\.[\w.]+\+html)$/.test(type);
  const encoding = (response.headers["content-encoding"] ?? "identity").toLowerCase();
  const isKnownEncoding = encoding === "identity" || encoding === "gzip" || encoding === "x-gzip";
  if ((!isJson && !isHtml && type !== "") || !isKnownEncoding) {
    await response.discard();
    throw new OciasmError(
      "INDEX_ERROR",
      `${redactUrl(response.url)} answered with ${escapeControl(isKnownEncoding ? type : `${encoding} encoding`)} instead of an index page`,
      { hint: "check the index URL: it ends where the project names follow, often in /simple/" },
    );
  }
  let bytes = 0;
  // Where it came from counts too: links are read from there.
  const hash = createHash("sha256").update(`${response.url} ${type} `);
  const counted = (async function* () {
    for await (const chunk of response.body) {
      bytes += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  })();
  const read = isJson ? readJson : isHtml ? readHtml : readEither;
  const packer = createPacker();
  await read(textOf(counted, response.url, encoding !== "identity"), response.url, packer);
  return { parts: packer.parts(), bytes, stamp: hash.digest("hex") };
}

async function readEither(texts: Texts, url: string, packer: Packer): Promise<void> {
  let head = "";
  const iterator = texts[Symbol.asyncIterator]();
  while (head.trim() === "") {
    const next = await iterator.next();
    if (next.done === true) break;
    head += next.value;
  }
  const all = (async function* () {
    yield head;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  await (head.trimStart().startsWith("{") ? readJson : readHtml)(all, url, packer);
}

async function readJson(texts: Texts, url: string, packer: Packer): Promise<void> {
  const page = createJsonPage(url, packer.add);
  const items = createJsonItems();
  try {
    for await (const text of texts) {
      for (const item of items.feed(text)) page.item(JSON.parse(item) as unknown);
      checkCount(packer, url);
    }
  } catch (error) {
    throw error instanceof SyntaxError || error instanceof RangeError ? notAPage(url, error) : error;
  }
  for (const item of page.rest(items.rest())) page.item(item);
}

async function readHtml(texts: Texts, url: string, packer: Packer): Promise<void> {
  const page = createHtmlPage(url, packer.add);
  for await (const piece of htmlPieces(texts)) {
    page.read(piece);
    checkCount(packer, url);
  }
  if (page.isIndex()) return;
  throw new OciasmError("INDEX_ERROR", `${redactUrl(url)} answered with a web page that is no index page`, {
    hint: "open the URL in a browser: a login page or a proxy may stand in between",
  });
}

function checkCount({ count }: Packer, url: string): void {
  if (count <= MAX_FILES) return;
  throw new OciasmError("INDEX_ERROR", `${redactUrl(url)} lists more than ${MAX_FILES} files`);
}

type Bytes = AsyncIterable<Uint8Array>;

type Texts = AsyncIterable<string>;

async function* textOf(body: Bytes, url: string, isPacked: boolean): AsyncGenerator<string, void, undefined> {
  const decode = createDecoder();
  let size = 0;
  for await (const chunk of isPacked ? unpacked(body, url) : body) {
    size += chunk.length;
    if (size > MAX_PAGE) {
      throw new OciasmError("INDEX_ERROR", `${redactUrl(url)} is larger than ${MAX_PAGE} bytes`);
    }
    yield decode(chunk);
  }
  yield decode();
}

/** UTF-8 in pieces. Most pages are plain ASCII, which is no work and half the memory. */
function createDecoder(): (chunk?: Uint8Array) => string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let isBetween = true;
  let isFirst = true;
  return (chunk) => {
    const isPlain = chunk !== undefined && isBetween && isAscii(chunk);
    const text = isPlain ? latin1(chunk) : decoder.decode(chunk, { stream: chunk !== undefined });
    if (!isPlain) isBetween = (chunk?.at(-1) ?? 0) < 0x80;
    const start = isFirst && text.startsWith("\ufeff") ? 1 : 0;
    if (text !== "") isFirst = false;
    return text.slice(start);
  };
}

function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

async function* unpacked(body: Bytes, url: string): AsyncGenerator<Uint8Array, void, undefined> {
  const packed = Readable.from(body, { objectMode: false });
  const plain = createGunzip();
  // A failure of the connection is told to whoever reads the plain bytes.
  packed.on("error", (error) => plain.destroy(error));
  packed.pipe(plain);
  try {
    for await (const chunk of plain) yield chunk as Uint8Array;
  } catch (error) {
    if (isOciasmError(error)) throw error;
    const cut = error instanceof Error && "code" in error && error.code === "Z_BUF_ERROR";
    const cause = cut ? Object.assign(new Error("cut off"), { code: "TRUNCATED" }) : error;
    throw new OciasmError("NETWORK", `${redactUrl(url)} sent a damaged gzip stream`, { cause });
  } finally {
    packed.destroy();
    plain.destroy();
  }
}
