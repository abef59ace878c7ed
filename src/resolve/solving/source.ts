import type { Target } from "../../python/target.ts";
import type { Version } from "../../python/version.ts";
import { versionOrderKey } from "../../python/version-order.ts";
import { rangeContains, type VersionRange } from "../../python/version-range.ts";
import type { Rules } from "../asked/rules.ts";
import type { Catalog } from "../catalog.ts";
import type { Project, Release } from "../offer/release.ts";
import type { Choice, Dependencies, SolverSource } from "../pubgrub/solver-types.ts";
import { chooseRelease } from "./choices.ts";
import { dependenciesOfRelease, type Pins } from "./dependencies.ts";
import type { Cause, Wanted } from "./package.ts";
import { Prefetcher } from "./prefetch.ts";
import { priorityOf } from "./priority.ts";
import type { Projects } from "./projects.ts";
import { type ReleaseNeeds, releaseNeeds } from "./release-needs.ts";
import { ruledOut } from "./ruled-out.ts";

export interface World {
  readonly catalog: Catalog;
  readonly projects: Projects;
  readonly rules: Rules;
  readonly pins: Pins;
  readonly target: Target;
}

/** Answers the solver out of a catalog and the user's rules. */
export class CatalogSource implements SolverSource<Wanted, Cause> {
  private readonly world: World;
  private readonly prefetcher: Prefetcher;
  private readonly needs = new Map<string, Promise<ReleaseNeeds>>();
  /** The version that was given last for each project: the one decided, when an extra of it is asked about. */
  private readonly given = new Map<string, Version>();

  constructor(world: World) {
    this.world = world;
    this.prefetcher = new Prefetcher(world.catalog, world.projects);
  }

  priority(about: Wanted, range: VersionRange): number {
    return priorityOf(range, this.world.pins.has(about.project));
  }

  wanted(about: Wanted, range: VersionRange): void {
    if (about.extra === undefined) this.prefetcher.wanted(about.project, range);
  }

  async choose(about: Wanted, range: VersionRange): Promise<Choice> {
    const { project: name, extra } = about;
    const project = await this.world.projects.get(name);
    if (extra !== undefined) {
      const version = this.given.get(name);
      if (version !== undefined && rangeContains(range, version)) return { kind: "version", version };
      return chooseRelease(project, range);
    }
    const out = project.missing === undefined ? ruledOut(name, range, this.world.rules) : undefined;
    if (out !== undefined) return { kind: "none", ...out };
    const choice = chooseRelease(project, range);
    if (choice.kind !== "version") return choice;
    this.given.set(name, choice.version);
    this.prefetcher.tried(project, choice.version, range);
    return choice;
  }

  async dependencies(about: Wanted, version: Version): Promise<Dependencies<Wanted, Cause>> {
    const project = await this.world.projects.get(about.project);
    const needs = await this.needsOf(project, version);
    if (needs.kind === "unavailable") return needs;
    const span = project.spanOf(version);
    const { requirements } = needs;
    return dependenciesOfRelease(about, { version, span, requirements }, this.world.rules, this.world.pins);
  }

  /** Metadata of a version that was chosen, read once. */
  needsOf(project: Project, version: Version): Promise<ReleaseNeeds> {
    const orderKey = versionOrderKey(version);
    const key = `${project.name} ${orderKey}`;
    const known = this.needs.get(key);
    if (known !== undefined) return known;
    const { catalog, target } = this.world;
    const release = project.byKey.get(orderKey);
    const needs = readNeeds(project.name, release, catalog, target);
    this.needs.set(key, needs);
    return needs;
  }
}

function readNeeds(
  name: string,
  release: Release | undefined,
  catalog: Catalog,
  target: Target,
): Promise<ReleaseNeeds> {
  const offer = release?.offer();
  if (release === undefined || offer?.kind !== "wheel") {
    return Promise.resolve({ kind: "unavailable", reason: "has no wheel" });
  }
  return releaseNeeds(name, release.version, offer.wheel, catalog, target.python.version);
}
