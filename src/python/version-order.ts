import { type Digits, isDigits } from "./digits.ts";
import type { Version } from "./version.ts";

/** Ends a list; sorts before everything that could follow in it. */
const END = "\x01";
/** Ends a release in a key that sorts after all versions with that release. */
const PAST_END = "\x02";
/** Sorts before everything else that can stand at its place, and after. */
const FIRST = "\x01";
const LAST = "\x03";
const WORD = "\x02";
const NUMBER = "\x03";

const keys: WeakMap<Version, string> = new WeakMap();

/** Keys compare by code unit as their versions do by PEP 440: equal versions have equal keys. */
export function versionOrderKey(version: Version): string {
  const known = keys.get(version);
  if (known !== undefined) return known;
  const key = releaseKey(version) + END + suffixKey(version) + localKey(version.local);
  keys.set(version, key);
  return key;
}

/** Right after `version`: after its key, before the keys of its local versions. */
export function keyAfter(version: Version): string {
  return versionOrderKey(version) + FIRST;
}

/** After all versions with this epoch and release, before a longer or greater release. */
export function keyAfterRelease(version: Version): string {
  return releaseKey(version) + PAST_END;
}

function releaseKey({ epoch, release }: Version): string {
  let end = release.length;
  while (end > 0 && release[end - 1] === "0") end -= 1;
  let key = numberKey(epoch);
  for (let index = 0; index < end; index += 1) key += numberKey(release[index] ?? "0");
  return key;
}

/** 1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0 < 1.0.post1.dev1 < 1.0.post1. */
function suffixKey({ pre, post, dev }: Version): string {
  const stage = pre === undefined ? (dev !== undefined && post === undefined ? "0" : "d") : pre.kind.slice(0, 1);
  const preNumber = pre === undefined ? "" : numberKey(pre.number);
  const postNumber = post === undefined ? FIRST : NUMBER + numberKey(post);
  const devNumber = dev === undefined ? LAST : FIRST + numberKey(dev);
  return (stage === "r" ? "c" : stage) + preNumber + postNumber + devNumber;
}

/** None < words by code unit < numbers; a prefix before what it is a prefix of. */
function localKey(local: readonly string[] | undefined): string {
  if (local === undefined) return END;
  const parts = local.map((part) => (isDigits(part) ? NUMBER + numberKey(part) : WORD + part));
  return LAST + parts.join("") + END;
}

/** The length comes first, so that numbers of any size compare as text. */
function numberKey(digits: Digits): string {
  const { length } = digits;
  return (length < 64 ? String.fromCharCode(64 + length) : `\x80${String(length).padStart(5, "0")}`) + digits;
}
