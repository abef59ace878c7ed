import type { SourceLocation } from "../errors.ts";
import type { Locate } from "./locate.ts";
import type { TomlTable } from "./toml.ts";

const HEADER = /^\[\[(?:package|distribution)\]\][ \t]*\r?\nname = (?=("[^"\\\r\n]*"))/gm;

/**
 * The place of each package's name. uv writes it in the line below the header, so that one search finds them all;
 * in a lock that somebody wrote otherwise the TOML is gone through, which takes longer than all the rest.
 */
export function packagePlaces(
  text: string,
  packages: readonly TomlTable[],
  locate: Locate,
): (index: number) => SourceLocation {
  const found = [...text.matchAll(HEADER)];
  if (found.length !== packages.length) return (index) => placeOf(packages, index, locate);
  return (index) => {
    const match = found[index];
    if (match === undefined) return placeOf(packages, index, locate);
    return locate(match.index + match[0].length, match[1]?.length);
  };
}

function placeOf(packages: readonly TomlTable[], index: number, locate: Locate): SourceLocation {
  return packages[index]?.location("name") ?? locate(0);
}
