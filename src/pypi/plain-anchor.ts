/** A link to a file, as nearly all index pages write all of theirs. */
export interface PlainAnchor {
  /** Without the fragment. */
  readonly url: string;
  readonly filename: string;
  readonly sha256: string | undefined;
  /** What stands behind the link, as it is written, but for a time of upload. */
  readonly attributes: string;
  /** Where the text goes on. */
  readonly end: number;
}

/** No escape, query, user or dot-segment: nothing to decode or to normalise but the origin. */
const LINK = /(https?:\/\/[^/?#@%\\\s"<>&]+(?:\/[A-Za-z0-9_~+-][A-Za-z0-9_~+.-]*)+)(?:#sha256=([0-9a-f]{64}))?/;
const ATTRIBUTES = /((?:\s+data-(?!upload-time=)[a-z-]+="[^"<>]*")*)/;
/** Some indexes tell it, of each file another: to leave it out makes the others alike. */
const UPLOAD_TIME = /\s+data-upload-time="[^"<>]*"/;
const ANCHOR = new RegExp(
  `<a href="${LINK.source}"${ATTRIBUTES.source}(?:${UPLOAD_TIME.source}${ATTRIBUTES.source})?>[^<]*</a>(?:\\s*<br\\s*/?>)?`,
  "y",
);
const MAX_FILENAME = 512;
/** Of a longer one more is held than is wanted. */
const MAX_LENGTH = 1024;

/**
 * Reads the anchor that begins at an index of a text, in one step; undefined for one that a reader of HTML or a URL
 * parser has to look at. What it gives are parts of the text, which keep it in memory.
 */
export function createPlainAnchors(): (text: string, at: number) => PlainAnchor | undefined {
  // A page names few, mostly one.
  let canonical = "https:///";
  const isCanonical = (url: string): boolean => {
    if (url.startsWith(canonical)) return true;
    const origin = url.slice(0, url.indexOf("/", "https://".length));
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) return false;
    canonical = `${origin}/`;
    return true;
  };
  return (text, at) => {
    ANCHOR.lastIndex = at;
    const [, url, sha256, before = "", after = ""] = ANCHOR.exec(text) ?? [];
    const end = ANCHOR.lastIndex;
    if (url === undefined || end - at > MAX_LENGTH || !isCanonical(url)) return undefined;
    const filename = url.slice(url.lastIndexOf("/") + 1);
    return filename.length > MAX_FILENAME ? undefined : { url, filename, sha256, attributes: before + after, end };
  };
}
