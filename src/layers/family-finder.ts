import { globMatcher } from "../install/glob.ts";
import type { PackageFamily } from "./families.ts";

/** Finds the first family that a normalised name belongs to. */
export function familyFinder(families: readonly PackageFamily[]): (name: string) => string | undefined {
  const matchers = families.map((family) => ({ name: family.name, matches: globMatcher(family.packages) }));
  return (name) => matchers.find((family) => family.matches(name))?.name;
}
