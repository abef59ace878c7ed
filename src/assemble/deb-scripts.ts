import { hasKnownScripts } from "../debian/known-scripts.ts";
import { unknownLines } from "../debian/maintainer-script.ts";
import type { UnpackedDeb } from "./deb-unpack.ts";

/** A warning for each package whose scripts may make something that nobody makes here. */
export function scriptWarnings(debs: readonly UnpackedDeb[]): string[] {
  return debs.flatMap(({ source, control }) => {
    if (hasKnownScripts(source.package)) return [];
    return ["preinst", "postinst"].flatMap((name) => {
      const lines = unknownLines(control.get(name) ?? "");
      if (lines.length === 0) return [];
      return [`${source.package} ${source.version}: what its ${name} makes is not in the image: ${lines.join("; ")}`];
    });
  });
}
