import * as posix from "node:path/posix";

/** What a URL or path requirement points at, told by its text alone. */
export type DirectKind = "wheel" | "sdist" | "vcs" | "directory" | "unknown-scheme";

const VCS = /^(?:git|hg|svn|bzr)(?:\+|:)/i;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const WINDOWS_DRIVE = /^[a-z]:[\\/]/i;
const SDIST = /\.(?:tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tlz|tar\.lz|tar\.lzma|tar|zip)$/i;

/** True for `https://…`, `file:…`, `git+ssh://…`, not for a Windows drive. */
export function isUrl(text: string): boolean {
  return SCHEME.test(text) && !WINDOWS_DRIVE.test(text);
}

/** pip's guess for a requirement that is no PEP 508 text: it has a slash, starts with a dot or ends like an archive. */
export function looksLikePath(text: string): boolean {
  return /[\\/]/.test(text) || text.startsWith(".") || /\.whl$/i.test(text) || SDIST.test(text);
}

export function directKind(target: string): DirectKind {
  if (VCS.test(target)) return "vcs";
  if (isUrl(target) && !/^(?:https?|file):/i.test(target)) return "unknown-scheme";
  const path = withoutFragment(target).replace(/\?.*$/s, "");
  if (/\.whl$/i.test(path)) return "wheel";
  return SDIST.test(path) ? "sdist" : "directory";
}

export function withoutFragment(url: string): string {
  const hash = url.indexOf("#");
  return hash === -1 ? url : url.slice(0, hash);
}

/** The parts of `#sha256=…&egg=…`, as pip reads them. */
export function fragmentOf(url: string): ReadonlyMap<string, string> {
  const hash = url.indexOf("#");
  const parts = hash === -1 ? [] : url.slice(hash + 1).split("&");
  return new Map(
    parts.map((part) => {
      const equals = part.indexOf("=");
      return equals === -1 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
    }),
  );
}

/** The last part of a URL's or path's path, percent-decoded where that is possible. */
export function fileNameOf(target: string): string {
  const bare = isUrl(target) ? withoutFragment(target).replace(/\?.*$/s, "") : target;
  const last = bare.slice(Math.max(bare.lastIndexOf("/"), bare.lastIndexOf("\\")) + 1);
  if (!isUrl(target)) return last;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** An absolute file: URL for `path`, which is taken from the folder of `file` when it is relative. */
export function fileUrl(path: string, file: string): string {
  const from = slashes(file);
  const to = slashes(path);
  const absolute = isAbsolute(to) ? to : posix.join(posix.dirname(from), to);
  const normal = posix.normalize(absolute);
  const encoded = normal
    .split("/")
    .map(encodePart)
    .join("/")
    .replace(/^([a-z])%3A/i, "$1:");
  return `file://${encoded.startsWith("/") ? "" : "/"}${encoded}`;
}

/** `url` without user and password; a text that is no URL comes back as it is. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
}

/**
 * Text of direct_url.json (PEP 610) for a wheel. A path of this host says nothing inside an image: a local wheel is
 * written as if it lay below /app.
 */
export function directUrlText(target: string, sha256: string | undefined): string {
  const url = /^https?:/i.test(target)
    ? withoutCredentials(withoutFragment(target))
    : `file:///app/${encodePart(fileNameOf(target))}`;
  const archive = sha256 === undefined ? {} : { hash: `sha256=${sha256}`, hashes: { sha256 } };
  return JSON.stringify({ archive_info: archive, url });
}

/** A lone surrogate has no UTF-8. */
function encodePart(part: string): string {
  return encodeURIComponent(part.replace(/\p{Surrogate}/gu, "\uFFFD"));
}

function slashes(path: string): string {
  return WINDOWS_DRIVE.test(path) ? path.replaceAll("\\", "/") : path;
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || WINDOWS_DRIVE.test(path);
}
