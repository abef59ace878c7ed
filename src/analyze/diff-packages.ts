import { normalizeName } from "../python/name.ts";
import { findClaims } from "./claims.ts";
import type { LayerContents } from "./contents.ts";
import type { OwnLayer } from "./diff.ts";
import { mergeLayers } from "./merge.ts";
import { type Ecosystem, ownerPackage, type Package } from "./packages.ts";

export interface PackageChange {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** Null for a package that is new. */
  readonly from: string | null;
  /** Null for a package that is gone. */
  readonly to: string | null;
}

/** Packages that come with, or go with, the layers that only one image has. */
export function packageChanges(gone: readonly OwnLayer[], come: readonly OwnLayer[]): readonly PackageChange[] {
  const before = [...packagesOf(gone.filter(bringsPackages)), ...whitedOut(come)];
  const after = [...packagesOf(come.filter(bringsPackages)), ...whitedOut(gone)];
  return versionChanges(before, after);
}

/** Packages whose version is another, sorted by ecosystem and name; of two of one name the last counts. */
export function versionChanges(gone: readonly Package[], come: readonly Package[]): readonly PackageChange[] {
  const [before, after] = [byId(gone), byId(come)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((id) => {
    const [from, to] = [before.get(id), after.get(id)];
    const any = to ?? from;
    if (any === undefined || from?.version === to?.version) return [];
    return [{ ecosystem: any.ecosystem, name: any.name, from: from?.version ?? null, to: to?.version ?? null }];
  });
}

function byId(packages: readonly Package[]): ReadonlyMap<string, Package> {
  return new Map(packages.map((each) => [idOf(each), each]));
}

function idOf({ ecosystem, name }: Package): string {
  return `${ecosystem} ${name}`;
}

/** Bytecode is of packages that other layers bring. */
function bringsPackages({ layer }: OwnLayer): boolean {
  return layer.kind !== "bytecode";
}

/** By the layer's annotation where it has one, else by what its files say. */
function packagesOf(layers: readonly OwnLayer[]): readonly Package[] {
  const told = layers.flatMap(({ layer }) => layer.packages.map(ownerPackage)).filter((each) => each !== undefined);
  const read = layers.flatMap(({ layer, contents }) =>
    layer.packages.length > 0 || contents === undefined ? [] : [contents],
  );
  return [...claimed(read), ...told];
}

function claimed(read: readonly LayerContents[]): readonly Package[] {
  const image = mergeLayers(read);
  return findClaims(image).filter(({ place, layer }) => image.get(place)?.layer === layer);
}

/** A package of a layer that both images have, which a layer of one removes. */
function whitedOut(layers: readonly OwnLayer[]): readonly Package[] {
  return layers.flatMap(({ contents }) =>
    (contents?.files ?? []).flatMap(({ path }): readonly Package[] => {
      const [, name = "", version = ""] = /(?:^|\/)\.wh\.([^/]+?)-([^/-]+)\.dist-info$/.exec(path) ?? [];
      return name === "" ? [] : [{ ecosystem: "python", name: normalizeName(name), version }];
    }),
  );
}
