import fc from "fast-check";
import { parseSpecifierSet, type SpecifierSet } from "../../src/python/specifier.ts";
import { parseVersion, type Version } from "../../src/python/version.ts";

export function version(text: string): Version {
  const found = parseVersion(text);
  if (found === undefined) throw new Error(`not a version: ${text}`);
  return found;
}

export function specifiers(text: string): SpecifierSet {
  const found = parseSpecifierSet(text);
  if (found === undefined) throw new Error(`not a specifier set: ${text}`);
  return found;
}

const number = fc.oneof(fc.nat(2), fc.constantFrom("9", "10", "99", "9007199254740993", "1".repeat(70))).map(String);
const suffix = (words: readonly string[]) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant("") },
    fc.tuple(fc.constantFrom(...words), number).map(([w, n]) => w + n),
  );
const release = fc
  .tuple(fc.constantFrom("", "", "", "0!", "1!"), fc.array(number, { minLength: 1, maxLength: 3 }))
  .map(([epoch, parts]) => epoch + parts.join("."));
const publicText = fc
  .tuple(release, suffix(["a", "b", "rc"]), suffix([".post"]), suffix([".dev"]))
  .map((parts) => parts.join(""));
const localText = fc.constantFrom("", "", "", "+0", "+10", "+a", "+a.1", "+0a", "+cu121", "+a.b");

/** Versions that are close to one another, so that bounds meet. */
export const versionText: fc.Arbitrary<string> = fc.tuple(publicText, localText).map((parts) => parts.join(""));

const clause = fc.oneof(
  fc.tuple(fc.constantFrom("<", "<=", ">", ">=", "==", "!="), publicText).map((parts) => parts.join("")),
  fc.tuple(fc.constantFrom("==", "!="), versionText).map((parts) => parts.join("")),
  fc.tuple(fc.constantFrom("==", "!="), release).map(([operator, text]) => `${operator}${text}.*`),
  fc.tuple(release, number, suffix(["a", ".post", ".dev"])).map(([text, last, end]) => `~=${text}.${last}${end}`),
);

export const specifierText: fc.Arbitrary<string> = fc.array(clause, { maxLength: 3 }).map((list) => list.join(","));
export const clauseText: fc.Arbitrary<string> = clause;
