import { OciasmError } from "../errors.ts";

export type DebCompression = "none" | "gzip" | "xz" | "zstd";

/** The two archives inside a .deb, with how each is packed. */
export interface DebMembers<M> {
  readonly control: { readonly member: M; readonly compression: DebCompression };
  readonly data: { readonly member: M; readonly compression: DebCompression };
}

const COMPRESSIONS: ReadonlyMap<string, DebCompression> = new Map([
  ["", "none"],
  [".gz", "gzip"],
  [".xz", "xz"],
  [".zst", "zstd"],
]);

/**
 * Picks the members of a binary package in their order: `debian-binary`, `control.tar*`, `data.tar*`; members whose
 * names start with an underscore are skipped (deb(5)). Throws ARCHIVE_INVALID for any other order or content.
 */
export function debMembers<M extends { readonly name: string }>(members: readonly M[]): DebMembers<M> {
  if (members[0]?.name !== "debian-binary") throw invalid("it does not start with debian-binary");
  const [control, data, ...more] = members.slice(1).filter((member) => !member.name.startsWith("_"));
  // dpkg lets members that it does not know follow the data.
  if (more.some((member) => /^(?:control|data)\.tar/.test(member.name))) throw invalid("it has a member twice");
  return { control: packed(control, "control.tar"), data: packed(data, "data.tar") };
}

/** Only format 2.x is known (deb(5)); throws ARCHIVE_INVALID for another. */
export function checkDebFormat(debianBinary: string): void {
  if (!/^2\.\d+\n/.test(debianBinary)) throw invalid(`its format is ${JSON.stringify(debianBinary.slice(0, 20))}`);
}

function packed<M extends { readonly name: string }>(
  member: M | undefined,
  stem: string,
): { readonly member: M; readonly compression: DebCompression } {
  const name = member?.name ?? "";
  if (member === undefined || !name.startsWith(stem)) {
    throw invalid(`${stem} is missing where ${name === "" ? "it ends" : name} stands`);
  }
  const compression = COMPRESSIONS.get(name.slice(stem.length));
  if (compression === undefined) throw invalid(`${name} is packed in a way that is not supported`);
  return { member, compression };
}

function invalid(why: string): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", `not a Debian package: ${why}`);
}
