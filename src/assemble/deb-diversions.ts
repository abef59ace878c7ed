import { type Diversion, type PackageScripts, parseDiversions } from "../debian/diversions.ts";
import { mergedPath } from "../debian/merged-usr.ts";
import { OciasmError } from "../errors.ts";
import type { DebLayer, GeneratedFile } from "./deb-generated.ts";
import type { UnpackedDeb } from "./deb-unpack.ts";

/** Which files of other packages go elsewhere, by image path. */
export interface Diversions {
  /** Sorted by path. */
  readonly list: readonly Diversion[];
  /** Where a file of the package lies that would be at `path`. */
  place(path: string, of: string): string;
}

/** What the packages divert. Throws FILE_CONFLICT for two that divert one file, as dpkg does. */
export function diversionsOf(debs: readonly UnpackedDeb[]): Diversions {
  const byPlace = new Map<string, Diversion>();
  for (const diversion of debs.flatMap((deb) => parseDiversions(scriptsOf(deb)))) {
    const known = byPlace.get(placeOf(diversion.from));
    if (known !== undefined && known.package !== diversion.package) throw clash(known, diversion);
    byPlace.set(placeOf(diversion.from), diversion);
  }
  return {
    list: [...byPlace.values()].sort((a, b) => (a.from < b.from ? -1 : 1)),
    place: (path, of) => {
      const found = byPlace.get(path);
      return found === undefined || found.package === of ? path : placeOf(found.to);
    },
  };
}

export const NO_DIVERSIONS: Diversions = diversionsOf([]);

export function scriptsOf({ source, control }: UnpackedDeb): PackageScripts {
  return {
    package: source.package,
    preinst: control.get("preinst") ?? "",
    postinst: control.get("postinst") ?? "",
  };
}

/** dpkg's own list: three lines for each, of this layer and those below. */
export async function diversionDatabase({ debs, diversions }: DebLayer): Promise<readonly GeneratedFile[]> {
  const own = new Set(debs.map(({ source }) => source.package));
  if (!diversions.list.some((one) => own.has(one.package))) return [];
  const text = diversions.list.map((one) => `${one.from}\n${one.to}\n${one.package}\n`).join("");
  return [{ path: "var/lib/dpkg/diversions", text }];
}

/** Files of lower layers that a package of this one diverts: where they were, by where they go. */
export function movedFromBelow({
  debs,
  below,
  diversions,
}: Pick<DebLayer, "debs" | "below" | "diversions">): readonly { readonly from: string; readonly to: string }[] {
  const own = new Set(debs.map(({ source }) => source.package));
  const theirs = diversions.list.filter((one) => own.has(one.package));
  const paths = new Set(below.flatMap(({ files }) => files.map(({ entry }) => mergedPath(entry.path))));
  return theirs.map(({ from, to }) => ({ from: placeOf(from), to: placeOf(to) })).filter(({ from }) => paths.has(from));
}

function placeOf(path: string): string {
  return mergedPath(path.slice(1));
}

function clash(one: Diversion, other: Diversion): OciasmError {
  const message = `${one.package} and ${other.package} both divert ${one.from}`;
  return new OciasmError("FILE_CONFLICT", message, { hint: `leave out one of ${one.package} and ${other.package}` });
}
