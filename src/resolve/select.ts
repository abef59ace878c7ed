import { OciasmError } from "../errors.ts";
import type { InputPackage, LockInput } from "../input/input.ts";
import type { PackageSources } from "../input/package-sources.ts";
import { parseMarker } from "../python/marker.ts";
import { markerEnvironment } from "../python/marker-environment.ts";
import { evaluateMarker, type MarkerContext, type MarkerEnvironment } from "../python/marker-evaluation.ts";
import { normalizeExtra } from "../python/name.ts";
import { parseSpecifierSet, specifierContains } from "../python/specifier.ts";
import type { Target } from "../python/target.ts";
import type { SelectChoice } from "./choice.ts";
import { describeTarget } from "./describe-target.ts";
import { checkNotEmpty } from "./empty-selection.ts";
import type { DistributionFile } from "./lock.ts";
import { mergeEntries } from "./merge-entries.ts";
import { walkGraph } from "./walk.ts";
import { chooseRoot } from "./walk-root.ts";

export type { SelectChoice } from "./choice.ts";

/** A package that the target needs, and where its files are learned from. */
export interface SelectedPackage {
  readonly package: InputPackage;
  readonly files: FilesQuestion;
}

export type FilesQuestion =
  /** The lock lists them all. */
  | { readonly from: "lock"; readonly files: readonly DistributionFile[] }
  /** One wheel by URL; its size is not known. */
  | { readonly from: "direct"; readonly file: DistributionFile }
  /** Ask for the files of exactly this version; only those with one of the hashes count. */
  | { readonly from: "index"; readonly name: string; readonly version: string; readonly index?: string }
  /** No file at all: they are built. */
  | { readonly from: "sources"; readonly sources: PackageSources };

/** Whether a package may be built from its sources. */
export type MayBuild = (name: string) => boolean;

const NEVER: MayBuild = () => false;

/** What a lock gives a target, with what stands in the way of single packages. */
export interface Survey {
  /** Sorted by name; those that are blocked are not among them. */
  readonly selected: readonly SelectedPackage[];
  /** In the lock's order. */
  readonly problems: readonly OciasmError[];
}

/** As `surveyPackages`; throws where a package can't be had, all problems as one error with the code of the first. */
export function selectPackages(
  input: LockInput,
  target: Target,
  choice: SelectChoice,
  mayBuild: MayBuild = NEVER,
): readonly SelectedPackage[] {
  const { selected, problems } = surveyPackages(input, target, choice, mayBuild);
  const [first, ...others] = problems;
  if (first === undefined) return selected;
  const { code, message, hint, location } = first;
  throw new OciasmError(code, message, { hint, location, problems: others });
}

/**
 * The packages of a lock that apply to a target. Throws INPUT_INVALID for a lock that does not fit the target or the
 * choice; a package that no wheel can come of is a problem with its own code.
 */
export function surveyPackages(
  input: LockInput,
  target: Target,
  choice: SelectChoice,
  mayBuild: MayBuild = NEVER,
): Survey {
  const { selection } = input;
  const problems: OciasmError[] = [];
  const root = selection.by === "graph" ? chooseRoot(selection.graph, choice, input.file) : undefined;
  checkChoice(input, choice);
  checkPython(input, target);
  checkEnvironments(input, target);
  const kept =
    selection.by === "graph" && root !== undefined
      ? walkGraph(input, selection.graph, root, target)
      : keptByMarker(input, target, choice, problems);
  if (kept.length === 0 && problems.length === 0) checkNotEmpty(input, target, choice, root);
  const judged = kept.map((entry) => ({ entry, problem: unfit(entry, target, mayBuild) }));
  problems.push(...judged.map(({ problem }) => problem).filter((problem) => problem !== undefined));
  const selected = judged.filter(({ problem }) => problem === undefined);
  return {
    selected: selected.map(({ entry }) => ({ package: entry, files: questionOf(entry) })).sort(byName),
    problems,
  };
}

function keptByMarker(
  input: LockInput,
  target: Target,
  choice: SelectChoice,
  problems: OciasmError[],
): readonly InputPackage[] {
  const environment = markerEnvironment(target);
  const context = contextOf(input, choice);
  const kept = input.packages.filter((entry) => holds(entry, environment, context, problems));
  return mergeEntries(kept, input.selection.by === "marker", problems);
}

function contextOf(input: LockInput, choice: SelectChoice): MarkerContext {
  // In requirements files `extra` is never given; in a lock the two sets are.
  if (input.selection.by === "marker") return {};
  const groups = [...(choice.noDefaultGroups ? [] : input.defaultGroups), ...choice.groups];
  return { extras: choice.allExtras === true ? input.extras : choice.extras, dependencyGroups: groups };
}

function holds(
  entry: InputPackage,
  environment: MarkerEnvironment,
  context: MarkerContext,
  problems: OciasmError[],
): boolean {
  if (entry.marker === undefined) return true;
  try {
    return evaluate(entry.marker, environment, context);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problems.push(new OciasmError("INPUT_INVALID", `${entry.name}: ${message}`, { location: entry.location }));
    return false;
  }
}

function evaluate(text: string, environment: MarkerEnvironment, context: MarkerContext): boolean {
  const marker = parseMarker(text);
  if (!marker.ok) throw new OciasmError("INPUT_INVALID", `${JSON.stringify(text)} is no marker: ${marker.message}`);
  return evaluateMarker(marker.value, environment, context);
}

function unfit(entry: InputPackage, target: Target, mayBuild: MayBuild): OciasmError | undefined {
  const { location, blocked } = entry;
  const built = entry.sources !== undefined && mayBuild(entry.name);
  if (blocked !== undefined && !built) {
    return new OciasmError(blocked.code, blocked.message, { hint: blocked.hint, location });
  }
  if (entry.requiresPython !== undefined && !meetsPython(entry.requiresPython, target)) {
    const message = `${entry.name} ${entry.version ?? ""} needs Python ${entry.requiresPython}, the image has ${target.python.version}`;
    return new OciasmError("INPUT_INVALID", message.replace("  ", " "), { location, hint: otherPython() });
  }
  if (entry.version === undefined && entry.direct === undefined && entry.files.length === 0 && !built) {
    return new OciasmError("NOT_PINNED", `${entry.name} has no version`, { location });
  }
  return undefined;
}

/** Upper bounds count: the target is one exact Python. */
function meetsPython(specifiers: string, target: Target): boolean {
  const set = parseSpecifierSet(specifiers);
  return set === undefined || specifierContains(set, target.python.version);
}

function checkPython(input: LockInput, target: Target): void {
  if (input.requiresPython === undefined || meetsPython(input.requiresPython, target)) return;
  const message = `${input.file} is for Python ${input.requiresPython}, the image has ${target.python.version}`;
  throw new OciasmError("INPUT_INVALID", message, { hint: otherPython() });
}

function otherPython(): string {
  return "choose another Python with --python or --base, or lock again for this one";
}

function checkEnvironments(input: LockInput, target: Target): void {
  if (input.environments.length === 0) return;
  const environment = markerEnvironment(target);
  if (input.environments.some((marker) => evaluate(marker, environment, {}))) return;
  const made = input.environments.join(" or ");
  throw new OciasmError("INPUT_INVALID", `${input.file} was made for ${made}, not for ${describeTarget(target)}`, {
    hint: "lock again with this platform among the environments, or choose --platform to suit the lock",
  });
}

function checkChoice(input: LockInput, choice: SelectChoice): void {
  if (input.selection.by === "graph") return;
  if (choice.project !== undefined) {
    throw new OciasmError("INPUT_INVALID", `${input.file} knows no projects, and ${choice.project} is asked for`);
  }
  if (input.selection.by === "marker") {
    const [asked] = [...(choice.allExtras === true ? ["every extra"] : []), ...choice.extras, ...choice.groups];
    if (asked === undefined) return;
    throw new OciasmError("INPUT_INVALID", `${input.file} knows no extras or groups, and ${asked} is asked for`, {
      hint: "choose them when the file is compiled, e.g. `uv pip compile --extra NAME`",
    });
  }
  checkKnown("extra", choice.extras, input.extras, input.file);
  // A default group needs no entry among the groups.
  checkKnown("group", choice.groups, [...input.groups, ...input.defaultGroups], input.file);
}

function checkKnown(what: string, asked: readonly string[], known: readonly string[], file: string): void {
  const missing = asked.find((name) => !known.includes(normalizeExtra(name)));
  if (missing === undefined) return;
  const listed = [...new Set(known)].sort().join(", ");
  throw new OciasmError("INPUT_INVALID", `${file} has no ${what} ${missing}`, {
    hint: listed === "" ? `lock again with --${what} ${missing}` : `it has ${listed}`,
  });
}

function questionOf(entry: InputPackage): FilesQuestion {
  if (entry.blocked !== undefined && entry.sources !== undefined) return { from: "sources", sources: entry.sources };
  if (entry.direct !== undefined) {
    const { url } = entry.direct;
    const [listed] = entry.files;
    const [sha256] = entry.sha256;
    const only = entry.sha256.length === 1 && sha256 !== undefined ? { sha256 } : {};
    return { from: "direct", file: listed ?? { filename: lastPart(url), url, ...only } };
  }
  if (entry.files.length > 0) return { from: "lock", files: entry.files };
  const index = entry.index === undefined ? {} : { index: entry.index };
  return { from: "index", name: entry.name, version: entry.version ?? "", ...index };
}

function lastPart(url: string): string {
  const path = url.replace(/[?#].*$/s, "");
  const last = path.slice(path.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function byName(a: SelectedPackage, b: SelectedPackage): number {
  return a.package.name < b.package.name ? -1 : 1;
}
