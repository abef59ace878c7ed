import type { PackageFamily } from "./families.ts";
import { packagePattern } from "./package-pattern.ts";
import type { YamlFields } from "./yaml-fields.ts";

/**
 * Groups of packages, as a list of `name` and `packages`, or as a mapping: of titles to patterns, or, where a key is a
 * label of Bazel's (`@pip//torch`), of labels to titles.
 */
export function readGroups(fields: YamlFields, key: string): readonly PackageFamily[] {
  if (!fields.isMapping(key)) {
    return (fields.mappings(key) ?? []).map((group) => {
      group.only(["name", "packages"]);
      const name = group.string("name") ?? "";
      if (name === "") group.problem("name", "a group needs a name");
      return {
        name,
        packages: patterns(group.strings("packages") ?? [], (message) => group.problem("packages", message)),
      };
    });
  }
  const problem = (message: string): void => fields.problem(key, message);
  const groups = new Map<string, string[]>();
  for (const [left, right] of fields.stringLists(key) ?? []) {
    const [title, packages] = left.startsWith("@") ? [right[0] ?? "", [left]] : [left, right];
    groups.set(title, [...(groups.get(title) ?? []), ...patterns(packages, problem)]);
  }
  return [...groups].map(([name, packages]) => ({ name, packages }));
}

/** Patterns as people write them, over normalised names. */
export function patterns(texts: readonly string[], problem: (message: string) => void): readonly string[] {
  if (texts.length === 0) problem("a group without packages");
  return texts.flatMap((text) => {
    const pattern = packagePattern(text);
    if (pattern === undefined) problem(`${JSON.stringify(text)} is no pattern of package names, such as nvidia-*`);
    return pattern ?? [];
  });
}
