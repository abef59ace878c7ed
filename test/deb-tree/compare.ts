import { readFileSync } from "node:fs";
import { globMatcher } from "../../src/install/glob.ts";

const DOCUMENT = new URL("../../../docs/base.md", import.meta.url);

/** The paths that docs/base.md says may differ: the first cells of the table below its heading on trees. */
export function documentedPaths(): readonly string[] {
  const [, section = ""] = readFileSync(DOCUMENT, "utf8").split("## What differs from an installation by dpkg\n");
  const rows =
    section
      .split("\n## ")[0]
      ?.split("\n")
      .filter((line) => line.startsWith("| `")) ?? [];
  return rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path));
}

/** Each difference that no documented path covers, and the documented paths that cover none. */
export function compareTrees(
  ours: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
): { readonly unlisted: readonly string[]; readonly unused: readonly string[] } {
  const listed = documentedPaths();
  const unused = new Set(listed);
  const matchers = listed.map((pattern) => [pattern, globMatcher([pattern])] as const);
  const unlisted: string[] = [];
  for (const path of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    const [left, right] = [ours.get(path), theirs.get(path)];
    if (left === right) continue;
    const covering = matchers.filter(([, matches]) => matches(path));
    for (const [pattern] of covering) unused.delete(pattern);
    if (covering.length === 0) unlisted.push(`${path}: ours ${left ?? "absent"}, dpkg's ${right ?? "absent"}`);
  }
  return { unlisted, unused: [...unused] };
}
