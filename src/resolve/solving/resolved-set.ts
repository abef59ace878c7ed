import type { Asked } from "../../input/request.ts";
import type { Target } from "../../python/target.ts";
import { formatVersion, type Version } from "../../python/version.ts";
import type { Request } from "../asked/request.ts";
import type { UrlPin } from "../asked/url-pins.ts";
import type { DistributionFile } from "../lock.ts";
import type { Project, Release } from "../offer/release.ts";
import type { Decided } from "../pubgrub/solver-types.ts";
import type { ResolvedPackage, ResolvedSet } from "../resolution.ts";
import { neededBy } from "./dependencies.ts";
import type { Wanted } from "./package.ts";
import type { Projects } from "./projects.ts";
import type { ReleaseNeeds } from "./release-needs.ts";

/** A project of the solution with all that was learned of it. */
interface Part {
  readonly name: string;
  readonly release: Release;
  readonly wheel: DistributionFile;
  readonly needs: Extract<ReleaseNeeds, { readonly kind: "known" }>;
  readonly extras: ReadonlySet<string>;
}

export interface Solved {
  readonly decided: readonly Decided<Wanted>[];
  readonly request: Request;
  readonly projects: Projects;
  readonly pins: ReadonlyMap<string, UrlPin>;
  readonly target: Target;
  needsOf(project: Project, version: Version): Promise<ReleaseNeeds>;
}

/** Writes down what the solver decided, sorted by name. */
export async function resolvedSet(solved: Solved): Promise<ResolvedSet> {
  const { request, target } = solved;
  const asked = new Map<string, Asked>();
  for (const one of request.chosen) if (!asked.has(one.requirement.name)) asked.set(one.requirement.name, one);
  const parts = await allParts(solved);
  const sorted = [...parts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const warnings = sorted.flatMap((part) => [
    ...(solved.projects.known(part.name)?.warnings ?? []),
    ...yankedWarning(part),
    ...unknownExtras(part),
  ]);
  return { target, packages: sorted.map((part) => resolvedPackage(part, asked.get(part.name), solved)), warnings };
}

async function allParts({ decided, projects, needsOf }: Solved): Promise<ReadonlyMap<string, Part>> {
  const extras = new Map<string, Set<string>>();
  for (const { package: about } of decided) {
    if (about.extra === undefined) continue;
    extras.set(about.project, (extras.get(about.project) ?? new Set()).add(about.extra));
  }
  const parts = new Map<string, Part>();
  for (const { package: about, version } of decided) {
    if (about.extra !== undefined) continue;
    const project = await projects.get(about.project);
    const release = project.releases.find((one) => formatVersion(one.version) === formatVersion(version));
    const needs = await needsOf(project, version);
    const offer = release?.offer();
    if (release === undefined || offer?.kind !== "wheel" || needs.kind !== "known") continue;
    const { name } = project;
    parts.set(name, { name, release, wheel: offer.wheel, needs, extras: extras.get(name) ?? new Set() });
  }
  return parts;
}

function resolvedPackage(part: Part, asked: Asked | undefined, { request, pins, projects }: Solved): ResolvedPackage {
  const { name, release, wheel, needs, extras } = part;
  const pin = pins.get(name);
  const index = pin === undefined ? projects.indexOf(name) : undefined;
  const { requiresPython } = needs.metadata;
  return {
    name,
    version: formatVersion(release.version),
    file: wheel,
    files: release.files().filter((file) => file !== wheel),
    extras: [...extras].sort(),
    dependencies: dependencyNames(part, request),
    requested: asked !== undefined,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(index === undefined ? {} : { index }),
    ...(pin === undefined ? {} : { directUrl: pin.directUrl }),
    ...(pin?.sources === undefined ? {} : { sources: pin.sources }),
    ...(asked === undefined ? {} : { location: asked.location }),
  };
}

function dependencyNames({ name, needs, extras }: Part, { rules }: Request): readonly string[] {
  const names = new Set<string>();
  for (const extra of [undefined, ...extras]) {
    const needed = neededBy(needs.requirements, extra, rules);
    if (typeof needed !== "string") for (const { requirement } of needed) names.add(requirement.name);
  }
  names.delete(name);
  return [...names].sort();
}

function yankedWarning({ wheel }: Part): readonly string[] {
  if (wheel.yanked === undefined) return [];
  return [`${wheel.filename} was yanked by its authors${wheel.yanked === "" ? "" : `: ${wheel.yanked}`}`];
}

function unknownExtras({ name, release, needs, extras }: Part): readonly string[] {
  const unknown = [...extras].filter((extra) => !needs.metadata.providesExtra.includes(extra)).sort();
  return unknown.map((extra) => `${name} ${formatVersion(release.version)} has no extra ${extra}`);
}
