/** A package that lies in an image. */
export interface Package {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly version: string;
}

export type Ecosystem = "python" | "debian" | "alpine";

/** A package as its files claim it: where it says so, and the paths it counts as its own. */
export interface Claim extends Package {
  /** The layer that brings the claim. */
  readonly layer: number;
  /** Of the file that lists it; stands for the installation. */
  readonly place: string;
  /** Image paths; a path below a directory link is found, too. */
  readonly paths: readonly string[];
}

/** One text for each package and version. */
export function packageId({ ecosystem, name, version }: Package): string {
  return `${ecosystem} ${name} ${version}`;
}

/** The owner of a listing, or an annotation: "torch==2.9.1", "libc6=2.36-9". */
export function ownerPackage(owner: string): Package | undefined {
  const [, name = "", equals, version = ""] = /^([^=\s]+)(==?)(\S+)$/.exec(owner) ?? [];
  if (name === "") return undefined;
  return { ecosystem: equals === "==" ? "python" : "debian", name, version };
}
