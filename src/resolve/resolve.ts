import { OciasmError } from "../errors.ts";
import type { RequirementsInput } from "../input/request.ts";
import { parseMarker } from "../python/marker.ts";
import { markerEnvironment } from "../python/marker-environment.ts";
import { evaluateMarker, type MarkerEnvironment } from "../python/marker-evaluation.ts";
import { allowsPython } from "../python/requires-python.ts";
import type { Target } from "../python/target.ts";
import { type Request, readRequest } from "./asked/request.ts";
import { readRules } from "./asked/rules.ts";
import type { Catalog } from "./catalog.ts";
import type { SelectChoice } from "./choice.ts";
import { describeTarget } from "./describe-target.ts";
import type { ResolveOptions } from "./offer/options.ts";
import { solve } from "./pubgrub/solve.ts";
import type { ResolvedSet } from "./resolution.ts";
import { dependenciesOfAsked } from "./solving/dependencies.ts";
import type { Cause, Wanted } from "./solving/package.ts";
import { followPins } from "./solving/pins.ts";
import { openProjects } from "./solving/projects.ts";
import { resolvedSet } from "./solving/resolved-set.ts";
import { CatalogSource } from "./solving/source.ts";
import { unsatisfiable } from "./solving/unsatisfiable.ts";

const ROOT: Wanted = { key: "", name: "your requirements", project: "" };

/**
 * The versions and wheels that meet what the user asks for on one exact target (docs/resolver.md). Throws UNSATISFIABLE
 * with the reason when there are none, INPUT_INVALID and INPUT_UNSUPPORTED for what can't be asked, and what the
 * catalog throws.
 */
export async function resolveRequirements(
  input: RequirementsInput,
  choice: SelectChoice,
  target: Target,
  catalog: Catalog,
  options: ResolveOptions,
): Promise<ResolvedSet> {
  const environment = markerEnvironment(target);
  checkTarget(input, target, environment);
  const rules = readRules(input, environment);
  const request = readRequest(input, choice, rules, options.built ?? new Map());
  const pins = await followPins(request.pins, rules, catalog, target);
  const projects = openProjects(catalog, request, pins, options, target);
  const source = new CatalogSource({ catalog, projects, rules, pins, target });
  const outcome = await solve<Wanted, Cause>({
    root: ROOT,
    dependencies: askedFor(request, pins),
    source,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (outcome.kind === "failed") throw unsatisfiable(outcome.proof, projects, target);
  const needsOf: CatalogSource["needsOf"] = (project, version) => source.needsOf(project, version);
  return resolvedSet({ decided: outcome.packages, request, projects, pins, target, needsOf });
}

function askedFor(request: Request, pins: Request["pins"]) {
  return request.chosen.flatMap((asked) => dependenciesOfAsked(asked, pins));
}

function checkTarget(input: RequirementsInput, target: Target, environment: MarkerEnvironment): void {
  const { file, requiresPython, environments } = input;
  if (!allowsPython(requiresPython, target.python.version)) {
    const message = `${file} is for Python ${requiresPython}, the image has ${target.python.version}`;
    throw new OciasmError("INPUT_INVALID", message, { hint: "choose another Python with --python or --base" });
  }
  if (environments === undefined || environments.some((marker) => holds(marker, environment, file))) return;
  const message = `${file} is for ${environments.join(" or ")}, not for ${describeTarget(target)}`;
  throw new OciasmError("INPUT_INVALID", message, { hint: "choose --platform or --python to suit it" });
}

function holds(text: string, environment: MarkerEnvironment, file: string): boolean {
  const marker = parseMarker(text);
  if (marker.ok) return evaluateMarker(marker.value, environment, {});
  throw new OciasmError("INPUT_INVALID", `${file}: ${JSON.stringify(text)} is no marker: ${marker.message}`);
}
