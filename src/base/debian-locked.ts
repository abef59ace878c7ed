import type { Platform } from "../oci/platform.ts";
import { formatPlatform } from "../oci/platform.ts";
import type { DebArchive } from "../resolve/deb-archives.ts";
import type { DebsNote, LockedDeb } from "../resolve/pylock-document.ts";
import type { DebPin } from "./debian-pin.ts";
import type { DebResolution } from "./debian-resolve.ts";

const GROUPS = ["base", "python", "system"] as const;

/** The packages as a lock has them: no list is read, and no signature asked for, because each has its sha256. */
export function lockedResolution(note: DebsNote, archives: readonly DebArchive[]): DebResolution {
  const pinsOf = (group: LockedDeb["group"]): readonly DebPin[] =>
    note.packages
      .filter((deb) => deb.group === group)
      .map(({ group: _group, suite, ...deb }) => ({ ...deb, archive: archiveOf(suite, archives) }));
  const [base, python, system] = [pinsOf("base"), pinsOf("python"), pinsOf("system")];
  return { base, python, system, releases: [{ url: "", ...(note.date === undefined ? {} : { date: note.date }) }] };
}

/** What a lock has to keep of a resolution. */
export function debsNote(resolution: DebResolution, archives: readonly DebArchive[], platform: Platform): DebsNote {
  const packages = GROUPS.flatMap((group) =>
    resolution[group].map(({ name, version, architecture, source, filename, sha256, size, archive }): LockedDeb => {
      const suite = archives[archive]?.suite ?? "";
      return { group, name, version, architecture, source, suite, filename, sha256, size };
    }),
  );
  const date = resolution.releases[0]?.date;
  return { platform: formatPlatform(platform), ...(date === undefined ? {} : { date }), packages };
}

/** The mirror may have changed since, so the archive is known by its suite. */
function archiveOf(suite: string, archives: readonly DebArchive[]): number {
  return Math.max(
    0,
    archives.findIndex((archive) => archive.suite === suite),
  );
}
