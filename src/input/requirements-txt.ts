import { OciasmError } from "../errors.ts";
import { formatSpecifierSet, type Specifier, type SpecifierSet, specifierContains } from "../python/specifier.ts";
import { formatVersion, parseVersion } from "../python/version.ts";
import { directInput } from "./direct-input.ts";
import type { InputContext, InputFormat, InputPackage, LockInput } from "./input.ts";
import { isOwnProject } from "./own-project.ts";
import { newDraft, type RequirementEntry, type RequirementsDraft } from "./requirements-draft.ts";
import { type RequirementsText, readRequirementsFile } from "./requirements-file.ts";
import { finishOptions } from "./requirements-options.ts";

/** pip's requirements file, with every requirement pinned and hashed (pip's hash-checking mode). */
export const requirementsTxt: InputFormat = {
  name: "requirements.txt",
  matches: (baseName) => /\.txt$/i.test(baseName) || /^requirements.*\.(?:in|pip)$/i.test(baseName),
  parse: (text, context) => readRequirements([{ file: context.file, text, constraint: false }], context),
};

/** Several files as one lock: `-r A -r B -c C`. Throws like an InputFormat; problems come in file order. */
export function readRequirements(sources: readonly RequirementsText[], context: InputContext): LockInput {
  const draft = newDraft();
  for (const source of sources) readRequirementsFile(source, context, draft);
  return lockOf(draft, context);
}

/** pip's hash-checking mode: any hash turns it on for all, unless an option says otherwise. */
export function isHashed({ options, entries }: RequirementsDraft): boolean {
  return options.requireHashes ?? entries.some((entry) => entry.hasHash);
}

/** The lock that the files are, if every requirement is pinned and hashed; throws with every one that is not. */
export function lockOf(draft: RequirementsDraft, context: InputContext): LockInput {
  const { problems } = draft;
  const strict = isHashed(draft);
  const constraints = new Map<string, RequirementEntry[]>();
  for (const entry of draft.entries) {
    const { name } = entry.requirement;
    if (entry.constraint && name !== undefined) constraints.set(name, [...(constraints.get(name) ?? []), entry]);
  }
  const packages: InputPackage[] = [];
  const warnings = [...draft.warnings];
  for (const entry of draft.entries) {
    if (entry.constraint) continue;
    if (isOwnProject(entry, context)) {
      warnings.push(`${entry.file} names the project itself: its own files are taken, whether they are named or not`);
      continue;
    }
    const found = entry.override ? overridden(entry) : readEntry(entry, constraints, strict);
    if (found instanceof OciasmError) problems.add(found);
    else packages.push(found);
  }
  problems.check();
  return {
    format: "requirements.txt",
    file: context.file,
    packages: mergeSame(packages),
    selection: { by: "marker" },
    options: finishOptions(draft.options),
    environments: [],
    defaultGroups: [],
    extras: [],
    groups: [],
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function overridden({ location }: RequirementEntry): OciasmError {
  const message = "an override, and the requirements are pinned and hashed already";
  return new OciasmError("INPUT_INVALID", message, { location, hint: "leave --override out, or lock again with it" });
}

function readEntry(
  entry: RequirementEntry,
  constraints: ReadonlyMap<string, readonly RequirementEntry[]>,
  strict: boolean,
): InputPackage | OciasmError {
  const { requirement } = entry;
  if (requirement.name === undefined || requirement.target !== undefined) return directInput(entry, strict);
  // A constraint under a marker of its own is left to the solver that made the pin.
  const bounds = (constraints.get(requirement.name) ?? []).filter(
    ({ requirement: { marker } }) => marker === undefined || marker === requirement.marker,
  );
  return pinnedInput(entry, requirement.name, bounds);
}

const WAY_OUT =
  "run `ociasm lock`, or `uv pip compile --generate-hashes requirements.in -o requirements.txt`, and build from what it writes";

function pinnedInput(
  entry: RequirementEntry,
  name: string,
  bounds: readonly RequirementEntry[],
): InputPackage | OciasmError {
  const { requirement, location } = entry;
  const fromUrl = bounds.find((bound) => bound.requirement.target !== undefined);
  if (fromUrl !== undefined) {
    const hint = "name the wheel in the requirement itself";
    return new OciasmError("INPUT_UNSUPPORTED", `the constraint on ${name} is a URL`, {
      hint,
      location: fromUrl.location,
    });
  }
  const clauses = [entry, ...bounds].flatMap((one) => one.requirement.specifiers?.specifiers ?? []);
  const version = exactVersion(clauses);
  if (version === undefined) {
    const asked = requirement.specifiers === undefined ? "" : formatSpecifierSet(requirement.specifiers);
    const message = asked === "" ? `${name} has no version` : `${name}${asked} is not pinned to one version`;
    return new OciasmError("NOT_PINNED", message, { hint: WAY_OUT, location });
  }
  for (const one of [entry, ...bounds]) {
    const set: SpecifierSet = one.requirement.specifiers ?? { specifiers: [] };
    if (!specifierContains(set, version)) {
      const message = `${name}${formatSpecifierSet(set)} leaves out ${version}, to which it is pinned`;
      return new OciasmError("INPUT_INVALID", message, { location: one.location, hint: "make the two lines agree" });
    }
  }
  const sha256 = commonHashes([entry, ...bounds].filter((one) => one.hasHash).map((one) => one.sha256));
  if (sha256.length === 0) {
    const hashed = [entry, ...bounds].some((one) => one.hasHash);
    const message = hashed
      ? `${name}==${version} has no sha256 that all its lines accept`
      : `${name}==${version} has no hash`;
    return new OciasmError("HASH_REQUIRED", message, { hint: WAY_OUT, location });
  }
  return {
    name,
    version,
    extras: requirement.extras,
    ...(requirement.marker === undefined ? {} : { marker: requirement.marker }),
    sha256,
    files: [],
    requested: true,
    location,
  };
}

/** The version of the one `==` or `===` among the clauses; that the others hold is the caller's to check. */
function exactVersion(clauses: readonly Specifier[]): string | undefined {
  const exact = clauses.find(({ operator, prefix }) => operator === "===" || (operator === "==" && !prefix));
  if (exact === undefined) return undefined;
  const version = exact.version ?? parseVersion(exact.text);
  return version === undefined ? exact.text : formatVersion(version);
}

/** Hashes of one line are alternatives; those of several lines must all be met. */
function commonHashes(sets: readonly (readonly string[])[]): readonly string[] {
  const [first, ...others] = sets;
  const common = (first ?? []).filter((hash) => others.every((set) => set.includes(hash)));
  return [...new Set(common)].sort();
}

/** A pin that two files repeat is one package; pins that differ are told apart once the target is known. */
function mergeSame(packages: readonly InputPackage[]): readonly InputPackage[] {
  const merged = new Map<string, InputPackage>();
  for (const one of packages) {
    const key = [one.name, one.version ?? "", one.marker ?? "", one.direct?.url ?? "", one.blocked?.message ?? ""].join(
      "\0",
    );
    const other = merged.get(key);
    const extras = [...new Set([...(other?.extras ?? []), ...one.extras])].sort();
    const sha256 = other === undefined ? one.sha256 : commonHashes([other.sha256, one.sha256]);
    if (other !== undefined && sha256.length === 0 && one.sha256.length > 0) merged.set(`${key}\0${merged.size}`, one);
    else merged.set(key, { ...(other ?? one), extras, sha256 });
  }
  return [...merged.values()];
}
