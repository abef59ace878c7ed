import { OciasmError } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import { filenameOf, type IndexFile, isDistribution, isSha256 } from "./index-file.ts";
import { createPlainLinks, type PlainLink } from "./plain-link.ts";
import { resolve } from "./simple-html.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A page whose files come one by one. */
export interface JsonPage {
  /** Adds the file that an item of `files` describes, if it is one. */
  item(item: unknown): void;
  /** Checks the document around the items; gives those that it still holds. Throws INDEX_ERROR for what is no page. */
  rest(text: string): readonly unknown[];
}

/** Gives the files of a JSON page of the simple API (PEP 691, 700, 714). */
export function createJsonPage(pageUrl: string, take: (file: IndexFile) => void): JsonPage {
  const base = new URL(pageUrl);
  const plain = createPlainLinks();
  const linkOf = (href: string): Link | undefined => plain(href) ?? anyLink(href, base);
  return {
    item: (item) => {
      const file = fileOf(fieldsOf(item), linkOf);
      if (file !== undefined) take(file);
    },
    rest: (text) => checkedFiles(text, pageUrl),
  };
}

function checkedFiles(text: string, pageUrl: string): readonly unknown[] {
  const page = fieldsOf(parse(text, pageUrl));
  const version = fieldsOf(page?.["meta"])?.["api-version"];
  if (typeof version === "string" && !/^1\./.test(version)) {
    throw new OciasmError(
      "INDEX_ERROR",
      `${redactUrl(pageUrl)} speaks version ${JSON.stringify(version.slice(0, 20))} of the simple API, 1 is known`,
    );
  }
  const list = page?.["files"];
  if (!Array.isArray(list)) throw notAPage(pageUrl);
  return list as readonly unknown[];
}

function parse(text: string, pageUrl: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw notAPage(pageUrl, error);
  }
}

export function notAPage(pageUrl: string, cause?: unknown): OciasmError {
  return new OciasmError("INDEX_ERROR", `${redactUrl(pageUrl)} answered with something that is no JSON index page`, {
    cause,
  });
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Without a name where the path has none. */
type Link = Pick<PlainLink, "url"> & Partial<Pick<PlainLink, "filename">>;

function anyLink(href: string, base: URL): Link | undefined {
  const url = resolve(href, base);
  if (url === undefined) return undefined;
  url.hash = "";
  const filename = filenameOf(url);
  return { url: url.href, ...(filename === undefined ? {} : { filename }) };
}

function fileOf(item: Fields | undefined, linkOf: (href: string) => Link | undefined): IndexFile | undefined {
  const href = item?.["url"];
  const link = typeof href === "string" ? linkOf(href) : undefined;
  if (item === undefined || link === undefined) return undefined;
  const filename = typeof item["filename"] === "string" ? plainName(item["filename"]) : link.filename;
  if (filename === undefined || !isDistribution(filename)) return undefined;
  const sha256 = sha256In(item["hashes"]);
  const { size, yanked } = item;
  const coreMetadata = item["core-metadata"] ?? item["dist-info-metadata"];
  const metadataSha256 = sha256In(coreMetadata);
  return {
    filename,
    url: link.url,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? { size } : {}),
    ...text("requiresPython", item["requires-python"]),
    ...(yanked === true ? { yanked: "" } : typeof yanked === "string" ? { yanked } : {}),
    ...text("uploadTime", item["upload-time"]),
    ...(coreMetadata === true || fieldsOf(coreMetadata) !== undefined
      ? { coreMetadata: metadataSha256 === undefined ? {} : { sha256: metadataSha256 } }
      : {}),
  };
}

function plainName(name: string): string | undefined {
  return name === "" || name.length > 512 || /[/\\\u0000-\u001f\u007f]/.test(name) || /^\.+$/.test(name)
    ? undefined
    : name;
}

function sha256In(hashes: unknown): string | undefined {
  const fields = fieldsOf(hashes);
  const value = fields !== undefined && Object.hasOwn(fields, "sha256") ? fields["sha256"] : undefined;
  const lower = typeof value === "string" ? value.toLowerCase() : undefined;
  return isSha256(lower) ? lower : undefined;
}

function text<Key extends string>(key: Key, value: unknown): Partial<Record<Key, string>> {
  return typeof value === "string" && value.trim() !== "" ? ({ [key]: value } as Record<Key, string>) : {};
}
