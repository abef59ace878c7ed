import type { Base, SystemLibraries } from "../base/base.ts";
import { OciasmError } from "../errors.ts";
import type { LibraryRules } from "../install/library-rules.ts";
import type { MissingLibrary, NeedingLibrary } from "../install/system-libraries.ts";
import { canonicalJson } from "../oci/json.ts";
import type { Target } from "../python/target.ts";
import type { LockedPackage } from "../resolve/lock.ts";
import { sha256Hex } from "../store/sha256.ts";
import type { ImagePlan } from "./image-plan.ts";
import { type NeedsDeps, projectLibraries, projectNeeds, wheelNeeds } from "./library-needs.ts";
import { readLibraryRules } from "./library-rules.ts";

const VERDICTS = "library-verdicts";
/** Part of the key: raise it when the same image may be judged otherwise, as by another index of libraries. */
const FORMAT = 3;

/** Of as many missing libraries that nothing fails for, the names are told. */
const SHOWN = 6;

interface Warning {
  readonly message: string;
  readonly hint: string;
}

type JudgedBase = Pick<Base, "spec" | "digest" | "recipes" | "libraries" | "debs" | "binaries">;
type JudgedPlan = Pick<ImagePlan, "lock" | "target" | "layers" | "projectFiles"> & { readonly base: JudgedBase };

/**
 * Holds what wheels, a standalone Python and the project's own libraries need against what the image has. Throws
 * LIBRARY_MISSING where an import would fail for want of a package, of a newer glibc or of another machine; other gaps
 * are told as one warning. Bases that can't tell what they have are not judged.
 */
export async function checkLibraries(plan: JudgedPlan, deps: NeedsDeps): Promise<void> {
  const { base, target } = plan;
  if (target === undefined || base.libraries === undefined) return;
  const rules = await readLibraryRules(deps.store);
  const key = verdictKey(plan, target, rules);
  const known = await deps.store.get<readonly Warning[]>(VERDICTS, key);
  // The list of what a suite has is long: a verdict that is known needs none of it.
  const warnings = known ?? (await firstVerdict(plan, target, rules, deps));
  for (const warning of warnings ?? []) deps.report({ type: "warning", ...warning });
  if (known === undefined && warnings !== undefined) await deps.store.set(VERDICTS, key, warnings);
}

/** Undefined where the base can't tell what it has. */
async function firstVerdict(
  plan: JudgedPlan,
  target: Target,
  rules: LibraryRules,
  deps: NeedsDeps,
): Promise<readonly Warning[] | undefined> {
  const { base } = plan;
  const system = await base.libraries?.();
  if (system === undefined) return undefined;
  const packages = plan.lock?.packages ?? [];
  const libraries = [
    ...(base.binaries ?? []),
    ...(await wheelNeeds(packages, deps)),
    ...(await projectNeeds(plan, deps)),
  ];
  return judge(libraries, system, { base, target, rules, packages });
}

interface Subject {
  readonly base: JudgedBase;
  readonly target: Target;
  readonly rules: LibraryRules;
  readonly packages: readonly LockedPackage[];
}

/** The warnings; throws what is more than one. */
async function judge(
  libraries: readonly NeedingLibrary[],
  system: SystemLibraries,
  { base, target, rules, packages }: Subject,
): Promise<readonly Warning[]> {
  const { foreignModules, missingLibraries, passedModules, tooNewLibraries } = await import(
    "../install/system-libraries.ts"
  );
  refuseForeign(foreignModules(libraries, target.platform.architecture)[0], target);
  refuseNewer(tooNewLibraries(libraries, target.libc)[0], target);
  const names = packages.map(({ name }) => name);
  const missing = missingLibraries(libraries, names, system.has, rules);
  const fatal = missing.filter(({ soname, required }) => required && system.packagesOf(soname).length > 0);
  if (fatal.length > 0) throw missingError(fatal, system, base);
  return [...passedWarning(passedModules(libraries, target.python), target), ...missingWarning(missing, system, base)];
}

function refuseForeign(foreign: NeedingLibrary | undefined, { platform }: Target): void {
  if (foreign === undefined) return;
  const { owner, path, untried } = foreign;
  throw new OciasmError(
    "LIBRARY_MISSING",
    `${owner} is built for another machine than ${platform.architecture} (${path})`,
    {
      hint:
        untried === true
          ? "build it for this platform, or leave it out"
          : "its wheel's name lies: build the wheel for this platform",
    },
  );
}

function refuseNewer(newer: NeedingLibrary | undefined, { libc }: Target): void {
  if (newer === undefined) return;
  const { owner, path, glibc } = newer;
  const message = `${owner} needs glibc ${glibc}, the image has ${libc.version} (${path})`;
  throw new OciasmError("LIBRARY_MISSING", message, { hint: "use a base with a newer glibc, or an older version" });
}

function missingError(missing: readonly MissingLibrary[], system: SystemLibraries, base: JudgedBase): OciasmError {
  const lines = missing.map((one) => described(one, system, base));
  const names = [...new Set(missing.map(({ soname }) => system.packagesOf(soname)[0] ?? ""))].sort();
  const what = lines.length === 1 ? "a library is missing" : `${lines.length} libraries are missing`;
  const flags = names.map((name) => `--system ${name}`).join(" ");
  return new OciasmError("LIBRARY_MISSING", [`${what} in the image:`, ...lines].join("\n  "), {
    hint: isImage(base)
      ? `take an image that has ${names.join(", ")}, or a base such as deb:bookworm with ${flags}`
      : `add ${flags}, or --system auto`,
  });
}

function missingWarning(
  missing: readonly MissingLibrary[],
  system: SystemLibraries,
  base: JudgedBase,
): readonly Warning[] {
  if (missing.length === 0) return [];
  const shown = missing.slice(0, SHOWN).map((one) => described(one, system, base));
  const more = missing.length > SHOWN ? [`and ${missing.length - SHOWN} more`] : [];
  const message = `libraries that something asks for are not in the image: ${[...shown, ...more].join("; ")}`;
  const hint = isImage(base) ? "where they are used, take an image that has them" : "add what is used with --system";
  return [{ message, hint }];
}

function passedWarning(passed: readonly NeedingLibrary[], { python }: Target): readonly Warning[] {
  const [first, ...others] = passed;
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const name = `Python ${python.version}${python.freeThreaded ? "t" : ""}`;
  const message = `modules of the project are built for another Python than the image's ${name}: ${first.path}${more}`;
  return [{ message, hint: "build them for it, or leave them out with files.exclude" }];
}

function described({ soname, users }: MissingLibrary, system: SystemLibraries, base: JudgedBase): string {
  const [first, ...others] = users;
  const who = `${first?.owner} (${first?.path})${others.length === 0 ? "" : ` and ${others.length} more`}`;
  const [from] = system.packagesOf(soname);
  const nowhere = isImage(base) ? `${base.spec} does not have it` : "no Debian package has it";
  return `${soname}, needed by ${who}: ${from === undefined ? nowhere : `in ${from}`}`;
}

/** Nothing can be added to an image. */
function isImage({ digest }: JudgedBase): boolean {
  return digest !== undefined;
}

function verdictKey(plan: JudgedPlan, target: Target, rules: LibraryRules): string {
  const { base, lock } = plan;
  const pythons = base.recipes.flatMap(({ sources }) =>
    sources.flatMap((source) => (source.type === "python" ? [source.sha256] : [])),
  );
  return canonicalJson({
    format: FORMAT,
    rules: sha256Hex(JSON.stringify({ ...rules, opened: [...rules.opened] })),
    base: base.digest ?? base.spec,
    debs: (base.debs?.packages ?? []).map(({ name }) => name).sort(),
    pythons,
    wheels: (lock?.packages ?? []).map(({ wheel }) => wheel.sha256).sort(),
    files: projectLibraries(plan).map(({ path, sha256 }) => `${sha256} ${path}`),
    python: target.python.version,
    freeThreaded: target.python.freeThreaded,
    libc: target.libc,
    architecture: target.platform.architecture,
  });
}
