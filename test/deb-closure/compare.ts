import { readFileSync } from "node:fs";
import { isOciasmError } from "../../src/errors.ts";
import { debClosure } from "../../src/resolve/deb-closure.ts";
import { type PackageIndex, packageIndex } from "../../src/resolve/deb-index.ts";
import type { Apt } from "./apt.ts";

const SETS = new URL("../../../testdata/deb-sets.txt", import.meta.url);

/** The sets for bookworm (0) or trixie (1). */
export function debSets(column: 0 | 1): readonly (readonly string[])[] {
  return readFileSync(SETS, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) =>
      line.split(" ").map((word) => {
        const names = word.split("/");
        return names[column] ?? names[0] ?? word;
      }),
    );
}

/** Compares with what apt would install; each line of the answer is a difference. */
export function closureComparison(apt: Apt): (wanted: readonly string[]) => readonly string[] {
  const index = packageIndex(apt.packages());
  return (wanted) => {
    const theirs = apt.install(wanted);
    const ours = closure(index, wanted, apt.architecture);
    if (typeof theirs === "string") return [`apt: ${theirs}`];
    if (typeof ours === "string") return [`ours: ${ours}`];
    return [
      ...theirs.filter((item) => !ours.includes(item)).map((item) => `apt only: ${item}`),
      ...ours.filter((item) => !theirs.includes(item)).map((item) => `ours only: ${item}`),
    ];
  };
}

function closure(index: PackageIndex, wanted: readonly string[], architecture: string): readonly string[] | string {
  try {
    const items = debClosure(index, wanted, architecture, { exclude: [] });
    return items.map(({ name, version }) => `${name}=${version}`).sort();
  } catch (error) {
    if (isOciasmError(error)) return error.message;
    throw error;
  }
}
