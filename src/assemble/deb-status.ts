import { mergedPath } from "../debian/merged-usr.ts";
import type { DebLayer, GeneratedFile } from "./deb-generated.ts";

const FOLDER = "var/lib/dpkg/status.d";

/**
 * What scanners read where there is no dpkg database: each package's control paragraph, and the checksums of the files
 * that are there. A file a package, so that every layer tells of its own packages only.
 */
export async function packageStatus({ debs, nodes, diversions }: DebLayer): Promise<readonly GeneratedFile[]> {
  return debs.flatMap(({ source, control }) => {
    const status = `${(control.get("control") ?? "").trimEnd()}\n`;
    const sums = (control.get("md5sums") ?? "")
      .split("\n")
      .filter((line) => nodes.has(diversions.place(mergedPath(line.slice(34)), source.package)))
      .map((line) => `${line}\n`)
      .join("");
    const files = [{ path: `${FOLDER}/${source.package}`, text: status, source }];
    return sums === "" ? files : [...files, { path: `${FOLDER}/${source.package}.md5sums`, text: sums, source }];
  });
}
