import { findClaims } from "./claims.ts";
import type { MergedImage, Occurrence } from "./merge.ts";
import { type Claim, ownerPackage, type Package, packageId } from "./packages.ts";

/** Which package brought which entry. */
export interface Owners {
  readonly of: ReadonlyMap<Occurrence, Package>;
  /** Every installation of a package that can be seen; a package may be installed in several places. */
  readonly installed: readonly Installed[];
}

export interface Installed extends Package {
  readonly layer: number;
  /** The file or folder that stands for it. */
  readonly place: string;
}

// More paths than any image has files.
const MAX_CLAIMED = 3_000_000;

/** Owners by listing, by claim, and of bytecode by its source. */
export function findOwners(image: MergedImage): Owners {
  const owners = new Map<Occurrence, Package>();
  const packages = new Map<string, Package>();
  const shared = (found: Package): Package => {
    const id = packageId(found);
    const known = packages.get(id) ?? { ecosystem: found.ecosystem, name: found.name, version: found.version };
    packages.set(id, known);
    return known;
  };
  for (const occurrence of image.all) {
    const told = occurrence.file.owner === undefined ? undefined : ownerPackage(occurrence.file.owner);
    if (told !== undefined) owners.set(occurrence, shared(told));
  }
  const claims = withDigestLists(image, findClaims(image));
  const inLayers = byLayerAndPath(image.all, new Set(claims.map(({ layer }) => layer)));
  let claimed = 0;
  for (const claim of claims) {
    const owner = shared(claim);
    claimed += claim.paths.length;
    if (claimed > MAX_CLAIMED) break;
    for (const path of claim.paths) {
      const found = inLayers.get(`${claim.layer} ${path}`) ?? image.get(path) ?? image.find(path);
      if (found !== undefined && found.layer <= claim.layer && !owners.has(found)) owners.set(found, owner);
    }
  }
  for (const occurrence of image.all) {
    const source = sourceOf(occurrence.file.path);
    const owner =
      source === undefined || owners.has(occurrence) ? undefined : owners.get(image.get(source) ?? occurrence);
    if (owner !== undefined) owners.set(occurrence, owner);
  }
  return { of: owners, installed: [...visible(image, claims), ...listed(image)] };
}

function byLayerAndPath(all: readonly Occurrence[], layers: ReadonlySet<number>): ReadonlyMap<string, Occurrence> {
  const found = new Map<string, Occurrence>();
  for (const occurrence of all) {
    if (layers.has(occurrence.layer)) found.set(`${occurrence.layer} ${occurrence.file.path}`, occurrence);
  }
  return found;
}

/** "a/__pycache__/b.cpython-312.pyc" is made of "a/b.py" (PEP 3147). */
function sourceOf(path: string): string | undefined {
  const [, folder, name] = /^(.*\/)?__pycache__\/([^/]+?)\.[^/]+\.pyc$/.exec(path) ?? [];
  return name === undefined ? undefined : `${folder ?? ""}${name}.py`;
}

function visible(image: MergedImage, claims: readonly Claim[]): readonly Installed[] {
  return claims
    .filter(({ place, layer }) => image.get(place)?.layer === layer)
    .map(({ ecosystem, name, version, layer, place }) => ({ ecosystem, name, version, layer, place }));
}

/** Of layers that only a listing is known of: a wheel by its dist-info, a Debian package by any of its files. */
function listed({ all }: MergedImage): readonly Installed[] {
  const found = new Map<string, Installed>();
  for (const { layer, file, hidden } of all) {
    const told = file.owner === undefined || hidden !== undefined ? undefined : ownerPackage(file.owner);
    if (told === undefined || file.text !== undefined || file.type !== "file") continue;
    const place = /^.*\.dist-info(?=\/)/.exec(file.path)?.[0];
    if (told.ecosystem === "python" && place === undefined) continue;
    const id = `${packageId(told)} ${place ?? ""}`;
    if (!found.has(id)) found.set(id, { ...told, layer, place: place ?? file.path });
  }
  return [...found.values()];
}

/** The files of a package without dpkg stand in status.d/NAME.md5sums. */
function withDigestLists(image: MergedImage, claims: readonly Claim[]): readonly Claim[] {
  return claims.map((claim) => {
    const text = claim.place.includes("/status.d/") ? image.get(`${claim.place}.md5sums`)?.file.text : undefined;
    if (text === undefined) return claim;
    const paths = text.split("\n").map((line) => line.replace(/^[0-9a-f]{32}\s+\/*/, ""));
    return { ...claim, paths: paths.filter((path) => path !== "") };
  });
}
