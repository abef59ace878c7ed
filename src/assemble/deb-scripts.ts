import { divertingLines } from "../debian/diversions.ts";
import { hasKnownScripts } from "../debian/known-scripts.ts";
import { unknownLines } from "../debian/maintainer-script.ts";
import { scriptsOf } from "./deb-diversions.ts";
import type { UnpackedDeb } from "./deb-unpack.ts";

/** A warning for each package whose scripts may make something that nobody makes here. */
export function scriptWarnings(debs: readonly UnpackedDeb[]): string[] {
  return debs.flatMap((deb) => {
    const { source, control } = deb;
    if (hasKnownScripts(source.package)) return [];
    const diverting = divertingLines(scriptsOf(deb));
    return ["preinst", "postinst"].flatMap((name) => {
      const lines = unknownLines(control.get(name) ?? "", diverting);
      if (lines.length === 0) return [];
      return [`${source.package} ${source.version}: what its ${name} makes is not in the image: ${lines.join("; ")}`];
    });
  });
}
