import { createHash } from "node:crypto";
import { normalizeName } from "../../src/python/name.ts";
import type { TestServer } from "./http-server.ts";

export interface IndexedFile {
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly requiresPython?: string;
  readonly yanked?: string;
  /** Served as the sidecar of PEP 658. */
  readonly metadata?: string;
  /** Hex; the right one by default, "" for none. */
  readonly sha256?: string;
}

export interface SimpleIndex {
  /** With a slash at the end. */
  readonly url: string;
  /** Path of a project's page on the server. */
  page(name: string): string;
  /** Path of a file on the server. */
  file(filename: string): string;
}

export interface SimpleIndexOptions {
  /** Below the server's root: "/simple/" by default. */
  readonly path?: string;
  /** What a page is written in; "plain" is HTML with neither hashes nor attributes. */
  readonly format?: "json" | "html" | "plain";
  /** Further headers of pages, e.g. cache-control. */
  readonly headers?: Readonly<Record<string, string>>;
  /** All of it answers 401 to another Authorization. */
  readonly authorization?: string;
}

/** Serves files as a simple index (PEP 503, 691, 714): page by page, with the files below `files/`. */
export function serveSimpleIndex(
  server: TestServer,
  files: readonly IndexedFile[],
  options: SimpleIndexOptions = {},
): SimpleIndex {
  const { path = "/simple/", format = "html", headers = {}, authorization } = options;
  const guard = authorization === undefined ? {} : { authorization };
  const index: SimpleIndex = {
    url: server.url + path,
    page: (name) => `${path}${normalizeName(name)}/`,
    file: (filename) => `${path}files/${encodeURIComponent(filename)}`,
  };
  for (const file of files) {
    server.serve(index.file(file.filename), { content: file.bytes, ...guard });
    if (file.metadata !== undefined)
      server.serve(`${index.file(file.filename)}.metadata`, { content: file.metadata, ...guard });
  }
  const names = new Set(files.map((file) => projectOf(file.filename)));
  for (const name of names) {
    const own = files.filter((file) => projectOf(file.filename) === name);
    const content = format === "json" ? jsonPage(name, own, index) : htmlPage(name, own, index, format === "plain");
    const type = format === "json" ? "application/vnd.pypi.simple.v1+json" : "text/html; charset=utf-8";
    server.serve(index.page(name), { content, headers: { "content-type": type, ...headers }, ...guard });
  }
  return index;
}

function projectOf(filename: string): string {
  return normalizeName(filename.slice(0, filename.indexOf("-")));
}

function hashOf(file: IndexedFile): string {
  return file.sha256 ?? createHash("sha256").update(file.bytes).digest("hex");
}

function jsonPage(name: string, files: readonly IndexedFile[], index: SimpleIndex): string {
  const list = files.map((file) => ({
    filename: file.filename,
    url: index.file(file.filename),
    hashes: hashOf(file) === "" ? {} : { sha256: hashOf(file) },
    size: file.bytes.length,
    "requires-python": file.requiresPython ?? null,
    yanked: file.yanked === undefined ? false : file.yanked === "" ? true : file.yanked,
    "core-metadata":
      file.metadata === undefined ? false : { sha256: createHash("sha256").update(file.metadata).digest("hex") },
  }));
  return JSON.stringify({ meta: { "api-version": "1.1" }, name, files: list });
}

function htmlPage(name: string, files: readonly IndexedFile[], index: SimpleIndex, isPlain: boolean): string {
  const links = files.map((file) => {
    const hash = isPlain || hashOf(file) === "" ? "" : `#sha256=${hashOf(file)}`;
    const attributes = isPlain ? "" : attributesOf(file);
    return `<a href="${index.file(file.filename)}${hash}"${attributes}>${file.filename}</a><br/>`;
  });
  return `<!DOCTYPE html>\n<html><head><title>Links for ${name}</title></head><body>\n${links.join("\n")}\n</body></html>\n`;
}

function attributesOf(file: IndexedFile): string {
  const encode = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  return [
    file.requiresPython === undefined ? "" : ` data-requires-python="${encode(file.requiresPython)}"`,
    file.yanked === undefined ? "" : ` data-yanked="${encode(file.yanked)}"`,
    file.metadata === undefined
      ? ""
      : ` data-core-metadata="sha256=${createHash("sha256").update(file.metadata).digest("hex")}"`,
  ].join("");
}
