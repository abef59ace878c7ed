import { isOciasmError } from "../../errors.ts";
import { withoutCredentials } from "../../input/direct.ts";
import type { Asked } from "../../input/request.ts";
import type { Requirement } from "../../python/requirement.ts";
import type { Version } from "../../python/version.ts";
import { complementRange, exactRange, rangeContains, type VersionRange } from "../../python/version-range.ts";
import { applyRules, type Needed, type Rules } from "../asked/rules.ts";
import { isNamedBy, type UrlPin } from "../asked/url-pins.ts";
import type { Dependencies, Dependency } from "../pubgrub/solver-types.ts";
import { type Cause, NO_CAUSE, type Wanted, wantedExtra, wantedProject } from "./package.ts";
import { askedRange, requirementRange } from "./requirement-range.ts";

export type Pins = ReadonlyMap<string, UrlPin>;

/** What the user's own requirement comes to. */
export function dependenciesOfAsked(asked: Asked, pins: Pins): readonly Dependency<Wanted, Cause>[] {
  return dependenciesOf(asked.requirement, askedRange(asked), pins, { asked });
}

/** Its project, and each extra, within the same range; a URL stands for the version of its wheel. */
function dependenciesOf(
  { name, extras, url }: Requirement,
  range: VersionRange,
  pins: Pins,
  cause: Cause,
): readonly Dependency<Wanted, Cause>[] {
  const pin = url === undefined ? undefined : pins.get(name);
  return onProject(name, extras, pin === undefined ? range : exactRange(pin.version), cause);
}

function onProject(
  name: string,
  extras: readonly string[],
  range: VersionRange,
  cause: Cause,
): readonly Dependency<Wanted, Cause>[] {
  const packages = [wantedProject(name), ...extras.map((extra) => wantedExtra(name, extra))];
  return packages.map((one) => ({ package: one, range, cause }));
}

/** A version and what its metadata asks for. */
export interface Described {
  readonly version: Version;
  /** From it up to the next that exists. */
  readonly span: VersionRange;
  readonly requirements: readonly Requirement[];
}

/** What a version needs, or an extra of it beyond what the version itself does. */
export function dependenciesOfRelease(
  about: Wanted,
  { version, span, requirements }: Described,
  rules: Rules,
  pins: Pins,
): Dependencies<Wanted, Cause> {
  const unavailable = (reason: string) => ({ kind: "unavailable", reason }) as const;
  const needed = neededBy(requirements, about.extra, rules);
  if (typeof needed === "string") return unavailable(needed);
  const dependencies = about.extra === undefined ? [] : sameVersion(about.project, span);
  for (const { requirement, override } of needed) {
    const refused = refuseUrl(requirement, pins);
    if (refused !== undefined) return unavailable(refused);
    const cause = override === undefined ? NO_CAUSE : { asked: override };
    const range = override === undefined ? requirementRange(requirement.specifiers) : askedRange(override);
    if (requirement.name !== about.project) {
      dependencies.push(...dependenciesOf(requirement, range, pins, cause));
      continue;
    }
    // A project that asks for extras of its own.
    if (requirement.url === undefined && !rangeContains(range, version)) {
      return unavailable("asks for another version of itself");
    }
    const others = requirement.extras.filter((extra) => extra !== about.extra);
    dependencies.push(...onProject(about.project, others, span, cause).slice(1));
  }
  return { kind: "known", dependencies: dependencies.map((one) => ({ versions: span, ...one })) };
}

/** An extra has its project's version; so where the project has this one, the extra has no other. */
function sameVersion(project: string, span: VersionRange): Dependency<Wanted, Cause>[] {
  const about = wantedProject(project);
  const others = complementRange(span);
  return [
    { package: about, range: span, cause: NO_CAUSE },
    { package: about, range: others, versions: others, cause: NO_CAUSE },
  ];
}

/** The requirements that apply, or why that can't be told: a predicate. */
export function neededBy(
  requirements: readonly Requirement[],
  extra: string | undefined,
  rules: Rules,
): readonly Needed[] | string {
  try {
    const base = new Set(requirements.filter((one) => applyRules(one, "", rules).length > 0));
    const chosen = extra === undefined ? [...base] : requirements.filter((one) => !base.has(one));
    return chosen.flatMap((one) => applyRules(one, extra ?? "", rules));
  } catch (error) {
    if (isOciasmError(error) && error.code === "INPUT_INVALID") return `can't be read: ${error.message}`;
    throw error;
  }
}

/** Wheels on an index may name no URLs but those that the user names too. */
function refuseUrl({ name, url }: Requirement, pins: Pins): string | undefined {
  if (url === undefined) return undefined;
  const pin = pins.get(name);
  if (pin !== undefined && isNamedBy(pin, url)) return undefined;
  return `asks for ${name} at ${withoutCredentials(url)}, and only your own requirements may name a URL`;
}
