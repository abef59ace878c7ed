import { decodeYaml } from "../layers/yaml-fields.ts";

/** layout/libraries.yaml. */
export interface LibraryRules {
  /** Sonames that nobody can install into an image, with who brings them. */
  readonly elsewhere: Readonly<Record<string, string>>;
  /** Files of wheels that may go without what they need: plugins that are tried and left. Globs of paths in wheels. */
  readonly optional: readonly string[];
  /** Sonames that packages open at run time, by the package's name: no file says so. */
  readonly opened: ReadonlyMap<string, readonly string[]>;
}

/** Throws CONFIG_INVALID with the place of each problem. */
export function decodeLibraryRules(text: string, file: string): LibraryRules {
  return decodeYaml(text, file, (root) => {
    root.only(["elsewhere", "optional", "opened"]);
    return {
      elsewhere: root.stringMap("elsewhere") ?? {},
      optional: root.strings("optional") ?? [],
      opened: root.stringLists("opened") ?? new Map(),
    };
  });
}
