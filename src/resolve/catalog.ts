import type { Metadata } from "../python/metadata.ts";
import type { ListedFile } from "./listed-file.ts";
import type { DistributionFile } from "./lock.ts";

/** What the resolver asks of the world. Names are normalised. Equal questions may be asked again: answers are kept. */
export interface Catalog {
  /**
   * All files of a project, wheels and sdists, yanked ones too; undefined when no index has the name. `index` is the name
   * or URL of the only one to ask. Throws INDEX_ERROR, NETWORK, OFFLINE, and CONFIG_INVALID for an index that is not known.
   */
  files(name: string, index?: string): Promise<readonly ListedFile[] | undefined>;
  /** Core metadata of one wheel, without the wheel where that can be had. Throws WHEEL_INVALID for metadata that can't be read. */
  metadata(file: DistributionFile): Promise<Metadata>;
  /** Says that a question will probably follow. */
  prefetch?(question: { readonly name: string; readonly index?: string } | { readonly file: DistributionFile }): void;
}
