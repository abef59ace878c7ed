import { type Version, versionKey } from "../../python/version.ts";
import { rangeContains, type VersionRange } from "../../python/version-range.ts";
import type { Catalog } from "../catalog.ts";
import type { Project } from "../offer/release.ts";
import type { Projects } from "./projects.ts";

/** After so many versions of one project, and at each doubling, the next ones are fetched together. */
const FIRST_BATCH = 5;
/** uv's bound on how many. */
const MAX_BATCH = 50;

/** Asks the catalog ahead of the solver. Failures are left to whoever needs the answer. */
export class Prefetcher {
  private readonly catalog: Catalog;
  private readonly projects: Projects;
  private readonly tries = new Map<string, Set<string>>();

  constructor(catalog: Catalog, projects: Projects) {
    this.catalog = catalog;
    this.projects = projects;
  }

  /** Fetches the index page of a project, and the metadata of the version that will probably be tried. */
  wanted(name: string, range: VersionRange): void {
    this.projects.get(name).then(
      (project) => this.metadata(project, range, 1),
      () => undefined,
    );
  }

  /** Says that a version is being tried. */
  tried(project: Project, version: Version, range: VersionRange): void {
    const tries = this.tries.get(project.name) ?? new Set();
    if (tries.has(versionKey(version))) return;
    this.tries.set(project.name, tries);
    tries.add(versionKey(version));
    const { size } = tries;
    const doublings = Math.log2(size / FIRST_BATCH);
    if (doublings >= 0 && Number.isInteger(doublings)) this.metadata(project, range, Math.min(size * 2, MAX_BATCH));
  }

  private metadata({ releases }: Project, range: VersionRange, count: number): void {
    const { prefetch } = this.catalog;
    if (prefetch === undefined) return;
    let left = count;
    for (const { version, offer } of releases) {
      if (left === 0) return;
      if (offer.kind !== "wheel" || !rangeContains(range, version)) continue;
      prefetch.call(this.catalog, { file: offer.wheel });
      left -= 1;
    }
  }
}
