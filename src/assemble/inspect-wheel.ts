import { planListing } from "../install/listing.ts";
import { planInstall } from "../install/plan-install.ts";
import type { ListingEntry } from "../layers/listing.ts";
import type { InstallScheme, WheelSource } from "../layers/recipe.ts";
import { createSourceFiles } from "./source-files.ts";
import { readWheelContents } from "./wheel-members.ts";

/** What a wheel will bring, from its directory and RECORD alone: no file of it is inflated. Throws WHEEL_INVALID. */
export async function inspectWheel(
  path: string,
  source: WheelSource,
  scheme: InstallScheme,
): Promise<readonly ListingEntry[]> {
  const files = createSourceFiles();
  try {
    const plan = planInstall(await readWheelContents(files.file(path), source), scheme);
    return planListing(plan, `${source.name}==${source.version}`);
  } finally {
    files.close();
  }
}
