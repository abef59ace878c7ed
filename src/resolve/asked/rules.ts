import { OciasmError } from "../../errors.ts";
import type { Asked, RequirementsInput } from "../../input/request.ts";
import { type MarkerEnvironment, markerApplies } from "../../python/marker-evaluation.ts";
import type { Requirement } from "../../python/requirement.ts";
import { byRequirementName } from "./by-name.ts";
import { extraPart } from "./extra-part.ts";

/** What the user says of packages, whoever asks for them, as far as it applies to the target. */
export interface Rules {
  readonly environment: MarkerEnvironment;
  readonly constraints: ReadonlyMap<string, readonly Asked[]>;
  /** A name whose list is empty is overridden away. */
  readonly overrides: ReadonlyMap<string, readonly Asked[]>;
  readonly excludes: ReadonlySet<string>;
}

/** A requirement that applies, and the user's override that took its place. */
export interface Needed {
  readonly requirement: Requirement;
  readonly override?: Asked;
}

export function readRules(input: RequirementsInput, environment: MarkerEnvironment): Rules {
  const holds = (asked: Asked) => askedApplies(asked, environment);
  const constraints = input.constraints.filter(holds);
  const overrides = byRequirementName(input.overrides);
  return {
    environment,
    constraints: byRequirementName(constraints),
    overrides: new Map([...overrides].map(([name, all]) => [name, all.filter(holds)])),
    excludes: new Set(input.excludes),
  };
}

/** Whether the marker of what a person wrote holds. Throws INPUT_INVALID with the place for one that means nothing. */
function askedApplies(asked: Asked, environment: MarkerEnvironment, extra = ""): boolean {
  return atPlace(asked, () => markerApplies(asked.requirement.marker, environment, [extra]));
}

/**
 * What a requirement comes to, asked under these extras: itself, its overrides, or nothing. Of the marker of an
 * overridden requirement only what it says of extras still counts, as uv has it. Throws INPUT_INVALID for a marker
 * that means nothing.
 */
export function applyRules(requirement: Requirement, extra: string, rules: Rules): readonly Needed[] {
  const { name, marker } = requirement;
  if (rules.excludes.has(name)) return [];
  const overrides = rules.overrides.get(name);
  if (overrides === undefined) return markerApplies(marker, rules.environment, [extra]) ? [{ requirement }] : [];
  const part = marker === undefined ? undefined : extraPart(marker);
  if (!markerApplies(part, rules.environment, [extra])) return [];
  return overrides.map((override) => ({ requirement: override.requirement, override }));
}

/** Gives the place to an error that has none. */
export function atPlace<T>(asked: Asked, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OciasmError) || error.location !== undefined) throw error;
    const { code, message, hint } = error;
    throw new OciasmError(code, message, { hint, location: asked.location, cause: error });
  }
}
