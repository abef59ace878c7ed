const TILDE = 0x7e;

/**
 * Orders two Debian versions: negative, zero or positive, as `dpkg --compare-versions` does.
 * `[epoch:]upstream[-revision]`; a tilde sorts before the end of the text (deb-version(7)). Total: never throws.
 */
export function compareDebianVersions(a: string, b: string): number {
  const left = splitVersion(a);
  const right = splitVersion(b);
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

export interface DebianVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

/** The epoch ends at the first colon, the revision starts after the last hyphen. */
export function splitVersion(version: string): DebianVersion {
  const colon = version.indexOf(":");
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf("-");
  return {
    epoch: colon < 0 ? "0" : version.slice(0, colon),
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? "" : rest.slice(hyphen + 1),
  };
}

function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const endA = runEnd(a, i, false);
    const endB = runEnd(b, j, false);
    const text = compareText(a.slice(i, endA), b.slice(j, endB));
    if (text !== 0) return text;
    i = runEnd(a, endA, true);
    j = runEnd(b, endB, true);
    const digits = compareDigits(a.slice(endA, i), b.slice(endB, j));
    if (digits !== 0) return digits;
  }
  return 0;
}

function runEnd(text: string, from: number, digits: boolean): number {
  let at = from;
  while (at < text.length && isDigit(text.charCodeAt(at)) === digits) at++;
  return at;
}

function compareText(a: string, b: string): number {
  const length = Math.max(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = weight(a, at) - weight(b, at);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Tilde before the end, the end before letters, letters before all else. */
function weight(text: string, at: number): number {
  if (at >= text.length) return 0;
  const code = text.charCodeAt(at);
  if (code === TILDE) return -1;
  return isLetter(code) ? code : code + 0x10000;
}

/** By value without a limit on length: leading zeros off, then the longer number is the larger. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
