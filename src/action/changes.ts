import type { EarlierLayer } from "./earlier-image.ts";

/** What a pull of the new image means to somebody who has the earlier one. */
export interface Changes {
  readonly packages: readonly PackageChange[];
  /** Bytes of all layers, more or less than before. */
  readonly growth: number;
  /** Bytes of the layers that the earlier image has not. */
  readonly pulled: number;
}

export interface PackageChange {
  readonly name: string;
  /** Versions; undefined where it is not in the image. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

type Layer = Pick<EarlierLayer, "size" | "packages"> & { readonly digest: string | null };

export function changesBetween(before: readonly Layer[], after: readonly Layer[]): Changes {
  const known = new Set(before.map(({ digest }) => digest));
  return {
    packages: packageChanges(versionsOf(before), versionsOf(after)),
    growth: sizeOf(after) - sizeOf(before),
    pulled: sizeOf(after.filter(({ digest }) => !known.has(digest))),
  };
}

function packageChanges(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): PackageChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((name) => ({ name, before: before.get(name), after: after.get(name) }))
    .filter((change) => change.before !== change.after);
}

function versionsOf(layers: readonly Layer[]): ReadonlyMap<string, string> {
  return new Map(
    layers.flatMap(({ packages }) =>
      packages.map((text) => {
        const [name = text, version = ""] = text.split(/==?(.*)/s);
        return [name, version] as const;
      }),
    ),
  );
}

function sizeOf(layers: readonly Layer[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0);
}
