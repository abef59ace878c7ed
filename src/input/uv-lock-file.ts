import * as posix from "node:path/posix";
import type { DistributionFile } from "../resolve/lock.ts";
import { fileNameOf, fileUrl, isUrl, withoutCredentials, withoutFragment } from "./direct.ts";
import type { TomlTable } from "./toml.ts";
import type { UvSource } from "./uv-lock-source.ts";

/** One of a package's `wheels`, or its `sdist`; undefined after a problem. `lock` is the lock's path. */
export function readUvFile(table: TomlTable, source: UvSource, lock: string): DistributionFile | undefined {
  const place = readPlace(table, source, lock);
  if (place === undefined) return undefined;
  // Thousands of files: assigning is several times faster than spreading.
  const file: Writable<DistributionFile> = place;
  const sha256 = readHash(table);
  if (sha256 !== undefined) file.sha256 = sha256;
  const size = table.integer("size");
  if (size !== undefined) file.size = size;
  const uploadTime = readTime(table);
  if (uploadTime !== undefined) file.uploadTime = uploadTime;
  return file;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** `path` is relative to a registry that is a folder, `filename` says what a path source points at. */
function readPlace(
  table: TomlTable,
  source: UvSource,
  lock: string,
): Pick<DistributionFile, "filename" | "url"> | undefined {
  const url = table.string("url");
  if (url !== undefined) return fromUrl(table, url);
  const path = table.string("path");
  if (path !== undefined && source.kind === "registry" && !isUrl(source.value)) {
    const whole = posix.isAbsolute(path) ? path : posix.join(source.value, path);
    return { filename: fileNameOf(path), url: fileUrl(whole, lock) };
  }
  const filename = table.string("filename");
  if (filename !== undefined && source.kind === "path") return { filename, url: fileUrl(source.value, lock) };
  const key = ["path", "filename"].find((each) => table.has(each));
  if (key === undefined && !table.has("url")) table.problem("a file has no url, path or filename");
  else if (key !== undefined) table.problem(`a file of a ${source.kind} source needs a url, not a ${key}`, key);
  return undefined;
}

function fromUrl(table: TomlTable, url: string): Pick<DistributionFile, "filename" | "url"> | undefined {
  if (/^(?:https?|file):\/\//i.test(url)) return { filename: fileNameOf(url), url: bare(url) };
  table.problem(`${JSON.stringify(withoutCredentials(url))} is no http: or file: URL`, "url");
  return undefined;
}

function bare(url: string): string {
  return withoutCredentials(withoutFragment(url));
}

/** Only sha256 counts: without it the file is refused, once it is the one that is chosen. */
function readHash(table: TomlTable): string | undefined {
  const hash = table.string("hash");
  if (hash === undefined) return undefined;
  const [algorithm = "", digest] = hash.split(":", 2);
  if (digest === undefined) {
    table.problem("a hash must be written algorithm:digest", "hash");
    return undefined;
  }
  if (algorithm.toLowerCase() !== "sha256") return undefined;
  if (/^[0-9a-f]{64}$/i.test(digest)) return digest.toLowerCase();
  table.problem("not a sha256: it takes 64 hex digits", "hash");
  return undefined;
}

function readTime(table: TomlTable): string | undefined {
  const key = table.has("upload-time") ? "upload-time" : "upload_time";
  const text = table.string(key);
  if (text === undefined) return undefined;
  if (/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text)) return text;
  table.problem(`${JSON.stringify(text)} is no date and time`, key);
  return undefined;
}
