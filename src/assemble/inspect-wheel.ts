import { utf8 } from "../archive/bytes.ts";
import { planListing } from "../install/listing.ts";
import { outlineOf, type WheelOutline } from "../install/outline.ts";
import { planInstall } from "../install/plan-install.ts";
import type { InstallScheme, WheelSource } from "../layers/recipe.ts";
import { createSourceFiles } from "./source-files.ts";
import { readWheelContents } from "./wheel-members.ts";

export interface InspectRequest {
  /** Of the wheel on this host. */
  readonly path: string;
  readonly source: WheelSource;
  readonly scheme: InstallScheme;
}

export interface InspectedWheel {
  /** All that the wheel brings, whatever its source leaves out: OwnedEntry[] as JSON. Bytes cost the thread that gets them nothing. */
  readonly listing: Uint8Array;
  /** Of what the source does not leave out. */
  readonly outline: WheelOutline;
}

/** What a wheel will bring, from its directory and RECORD alone: no file of it is inflated. Throws WHEEL_INVALID. */
export async function inspectWheel({ path, source, scheme }: InspectRequest): Promise<InspectedWheel> {
  const { exclude: _exclude, directUrl: _direct, ...whole } = source;
  const files = createSourceFiles();
  try {
    const listing = planListing(planInstall(await readWheelContents(files.file(path), whole), scheme));
    return { listing: utf8(JSON.stringify(listing)), outline: outlineOf(source, listing, scheme) };
  } finally {
    files.close();
  }
}
