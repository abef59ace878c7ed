import { OciasmError } from "../../errors.ts";
import type { PackageSource, RequirementsInput } from "../../input/request.ts";
import { parseMarker } from "../../python/marker.ts";
import { evaluateMarker, type MarkerEnvironment } from "../../python/marker-evaluation.ts";
import type { Chosen } from "./chosen.ts";

/** Where packages come from on this target: the sources whose marker holds and whose extra or group is chosen. */
export type Sources = ReadonlyMap<string, PackageSource>;

/**
 * The one source of each package. A source of an extra or group counts where a requirement of that list is for its
 * package. Throws INPUT_INVALID when two that differ apply.
 */
export function applicableSources(
  input: RequirementsInput,
  chosen: readonly Chosen[],
  environment: MarkerEnvironment,
): Sources {
  const found = new Map<string, PackageSource>();
  for (const source of input.sources) {
    if (!isAsked(source, chosen) || !holds(source, environment)) continue;
    const other = found.get(source.name);
    if (other === undefined) found.set(source.name, source);
    else if (placeOf(other) !== placeOf(source)) throw twoSources(other, source);
  }
  return found;
}

function isAsked({ name, extra, group }: PackageSource, chosen: readonly Chosen[]): boolean {
  if (extra === undefined && group === undefined) return true;
  return chosen.some(
    (one) =>
      one.asked.requirement.name === name &&
      (extra === undefined || one.extra === extra) &&
      (group === undefined || one.group === group),
  );
}

function holds({ marker, location, name }: PackageSource, environment: MarkerEnvironment): boolean {
  if (marker === undefined) return true;
  const parsed = parseMarker(marker);
  if (parsed.ok) return evaluateMarker(parsed.value, environment, {});
  const message = `the source of ${name} has no marker in ${JSON.stringify(marker)}: ${parsed.message}`;
  throw new OciasmError("INPUT_INVALID", message, { location });
}

function placeOf({ from }: PackageSource): string {
  switch (from.kind) {
    case "index":
      return `the index ${from.index}`;
    case "path":
      return from.path;
    case "workspace":
      return "the workspace";
    case "url":
    case "git":
      return from.url;
  }
}

function twoSources(a: PackageSource, b: PackageSource): OciasmError {
  const places = `${placeOf(a)} (line ${a.location.line}) and ${placeOf(b)}`;
  return new OciasmError("INPUT_INVALID", `${b.name} has two sources that apply: ${places}`, {
    hint: "give them markers, extras or groups of which only one holds",
    location: b.location,
  });
}
