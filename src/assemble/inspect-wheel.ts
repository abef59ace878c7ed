import type { OwnedEntry } from "../install/conflicts.ts";
import { planListing } from "../install/listing.ts";
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

/** What a wheel will bring, from its directory and RECORD alone: no file of it is inflated. Throws WHEEL_INVALID. */
export async function inspectWheel({ path, source, scheme }: InspectRequest): Promise<readonly OwnedEntry[]> {
  const files = createSourceFiles();
  try {
    return planListing(planInstall(await readWheelContents(files.file(path), source), scheme));
  } finally {
    files.close();
  }
}
