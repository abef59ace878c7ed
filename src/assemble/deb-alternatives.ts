import { type Alternative, parseAlternatives } from "../debian/alternatives.ts";
import { mergedPath } from "../debian/merged-usr.ts";
import type { DebLayer, GeneratedFile } from "./deb-generated.ts";
import type { UnpackedDeb } from "./deb-unpack.ts";

/**
 * The links that update-alternatives would make: of each group the highest priority, of equals the first by path. Only
 * groups that a package of this layer takes part in, only where the program is there and the link's place is free.
 */
export async function alternativeLinks({ debs, below, all }: DebLayer): Promise<readonly GeneratedFile[]> {
  const groups = new Map<string, Alternative[]>();
  for (const alternative of [...below, ...debs].flatMap(installed)) {
    if (all.has(place(alternative.path))) {
      groups.set(alternative.name, [...(groups.get(alternative.name) ?? []), alternative]);
    }
  }
  const own = new Set(debs.flatMap(installed).map((alternative) => alternative.name));
  return [...groups]
    .filter(([name]) => own.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, alternatives]) => {
      const [best] = alternatives.sort((a, b) => b.priority - a.priority || (a.path < b.path ? -1 : 1));
      return best === undefined ? [] : [best, ...best.slaves];
    })
    .filter(({ link, path }) => all.has(place(path)) && !all.has(place(link)))
    .flatMap(({ link, name, path }) => [
      { path: `etc/alternatives/${name}`, link: path },
      { path: place(link), link: `/etc/alternatives/${name}` },
    ]);
}

function installed(deb: UnpackedDeb): readonly Alternative[] {
  return parseAlternatives(deb.control.get("postinst") ?? "");
}

function place(path: string): string {
  return mergedPath(path.slice(1));
}
