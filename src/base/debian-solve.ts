import type { BinaryPackage } from "../debian/packages.ts";
import { debClosure } from "../resolve/deb-closure.ts";
import { packageIndex } from "../resolve/deb-index.ts";
import { type PackageList, readPackages } from "./debian-list.ts";
import type { DebPin } from "./debian-pin.ts";

export interface ArchiveList {
  readonly list: PackageList;
  /** Position of the archive that has it. */
  readonly archive: number;
}

/** What there is to choose from and what is wanted: plain data, for another thread. */
export interface SolveJob {
  /** Of equal versions the one listed first counts. */
  readonly lists: readonly ArchiveList[];
  readonly architecture: string;
  readonly exclude: readonly string[];
  /** From bottom to top: a group takes what lies below it for granted. */
  readonly groups: readonly (readonly string[])[];
}

/** The packages of each group. */
export async function solveDebs(job: SolveJob): Promise<readonly (readonly DebPin[])[]> {
  const lists = await Promise.all(job.lists.map(({ list, archive }) => readPackages(list, archive)));
  const index = packageIndex(lists);
  const below: BinaryPackage[] = [];
  return job.groups.map((wanted) => {
    const added = debClosure(index, wanted, job.architecture, { exclude: job.exclude, chosen: below });
    below.push(...added);
    return added.map(pin);
  });
}

function pin(item: BinaryPackage): DebPin {
  const { name, version, architecture, source, filename, sha256, size, archive } = item;
  return { name, version, architecture, source, filename, sha256, size, archive };
}
