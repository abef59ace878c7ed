import { decodeYaml } from "./yaml-fields.ts";

/** Packages that are released together and so change together: layout/families.yaml. */
export interface PackageFamily {
  readonly name: string;
  /** Patterns over normalised names: `*` for any text. */
  readonly packages: readonly string[];
}

/** Reads families.yaml. Throws CONFIG_INVALID with the place of each problem. */
export function decodeFamilies(text: string, file: string): readonly PackageFamily[] {
  return decodeYaml(text, file, (root) => {
    root.only(["families"]);
    const seen = new Set<string>();
    return (root.mappings("families") ?? []).map((fields) => {
      fields.only(["name", "packages"]);
      const name = fields.string("name") ?? "";
      if (name === "") fields.problem("name", "a family needs a name");
      if (seen.has(name)) fields.problem("name", `a second family named ${name}`);
      seen.add(name);
      const packages = fields.strings("packages") ?? [];
      if (packages.length === 0) fields.problem("packages", `the family ${name} names no packages`);
      return { name, packages };
    });
  });
}
