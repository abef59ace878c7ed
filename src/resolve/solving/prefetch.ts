import type { Version } from "../../python/version.ts";
import { versionOrderKey } from "../../python/version-order.ts";
import { rangeContains, type VersionRange } from "../../python/version-range.ts";
import type { Catalog } from "../catalog.ts";
import type { DistributionFile } from "../lock.ts";
import type { Project, Release } from "../offer/release.ts";
import type { Projects } from "./projects.ts";

/** With each so many versions of one project that were tried, the next ones are fetched together. */
const STEP = 5;
/** uv's bound on how many. */
const MAX_AHEAD = 50;

/** Asks the catalog ahead of the solver. Failures are left to whoever needs the answer. */
export class Prefetcher {
  private readonly catalog: Catalog;
  private readonly projects: Projects;
  private readonly tries = new Map<string, Set<string>>();
  private readonly asked = new Set<DistributionFile>();

  constructor(catalog: Catalog, projects: Projects) {
    this.catalog = catalog;
    this.projects = projects;
  }

  /** Fetches the index page of a project, and the metadata of the version that will probably be tried. */
  wanted(name: string, range: VersionRange): void {
    this.projects.get(name).then(
      (project) => this.fetch(inside(project, range), 1),
      () => undefined,
    );
  }

  /** Says that a version is being tried. */
  tried(project: Project, version: Version, range: VersionRange): void {
    const tries = this.tries.get(project.name) ?? new Set();
    this.tries.set(project.name, tries);
    const key = versionOrderKey(version);
    if (tries.has(key)) return;
    tries.add(key);
    const { size } = tries;
    if (size % STEP !== 0) return;
    // botocore follows boto3 version by version: each range holds one, and yet the next to try is the one before.
    const { releases } = project;
    const next = releases.slice(releases.findIndex((one) => versionOrderKey(one.version) === key) + 1);
    const count = Math.min(size * 2, MAX_AHEAD);
    this.fetch(next, count - this.fetch(inside(project, range), count));
  }

  /** Asks for the first `count` wheels that were not asked for; returns how many. */
  private fetch(releases: readonly Release[], count: number): number {
    let done = 0;
    for (const release of releases) {
      if (done >= count) break;
      const offer = release.offer();
      if (offer.kind !== "wheel" || this.asked.has(offer.wheel)) continue;
      this.asked.add(offer.wheel);
      this.catalog.prefetch?.({ file: offer.wheel });
      done += 1;
    }
    return done;
  }
}

function inside({ releases }: Project, range: VersionRange): readonly Release[] {
  return releases.filter(({ version }) => rangeContains(range, version));
}
