import { readFile } from "node:fs/promises";
import type { WheelLibrary } from "../assemble/wheel-libraries.ts";
import type { Base, SystemLibraries } from "../base/base.ts";
import { OciasmError } from "../errors.ts";
import type { LibraryRules } from "../install/library-rules.ts";
import type { MissingLibrary, NeedingLibrary } from "../install/system-libraries.ts";
import { digestOfHex } from "../oci/digest.ts";
import { canonicalJson } from "../oci/json.ts";
import type { Target } from "../python/target.ts";
import type { Lock, LockedPackage } from "../resolve/lock.ts";
import type { LockedDeb } from "../resolve/pylock-document.ts";
import { remember } from "../store/remember.ts";
import { sha256Hex } from "../store/sha256.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan } from "./image-plan.ts";
import type { PackageIndex } from "./index-step.ts";
import type { Limits } from "./limits.ts";

const RULES = new URL("../../../layout/libraries.yaml", import.meta.url);

const NEEDS = "wheel-libraries";
const DEB_NEEDS = "deb-needs";
const RULES_READ = "library-rules";
const VERDICTS = "library-verdicts";
/** Part of the keys: raise it when the same wheel may be judged otherwise. */
const FORMAT = 2;

/** Of as many missing libraries that nothing fails for, the names are told. */
const SHOWN = 6;

type LibraryBase = Pick<Base, "spec" | "libraries" | "debs">;
type LibraryDeps = Pick<BuildDeps, "store" | "report" | "signal"> & { readonly limits: Pick<Limits, "downloads"> };

/** The wheels of an image and what it starts from. */
interface Subject {
  readonly base: LibraryBase;
  readonly packages: readonly LockedPackage[];
  readonly index: Pick<PackageIndex, "fetch"> | undefined;
}

type CheckedPlan = Pick<ImagePlan, "lock" | "target"> & { readonly base: LibraryBase };

interface Look {
  readonly libraries: readonly NeedingLibrary[];
  readonly missing: readonly MissingLibrary[];
}

/** Debian packages for what the wheels need and the base lacks, sorted. Fetches wheels that hold machine code. */
export async function autoPackages({ base, packages, index }: Subject, deps: LibraryDeps): Promise<readonly string[]> {
  const system = await base.libraries?.();
  if (system === undefined) {
    throw new OciasmError("CONFIG_INVALID", `--system auto adds Debian packages, and ${base.spec} can't tell which`, {
      hint: "use a base such as deb:bookworm, or name the packages",
    });
  }
  const fetched = packages
    .filter(isBinary)
    .map((item) => deps.limits.downloads(async () => index?.fetch(item.wheel, deps.signal)));
  await Promise.all(fetched);
  const { missing } = await look(packages, system, await readRules(deps), deps);
  const names = missing.flatMap(({ soname }) => system.packagesOf(soname)[0] ?? []);
  return [...new Set(names)].sort();
}

/**
 * Of the closure of `names`, the packages of libraries that no library on the way needs: Mesa and LLVM behind libGL.so.1,
 * for one, which it opens only to draw. `wide` has the whole closure, `base` what was there before.
 */
export async function needlessPackages(
  wide: Pick<Base, "debs" | "fetchSource">,
  base: LibraryBase,
  names: readonly string[],
  deps: LibraryDeps,
): Promise<readonly string[]> {
  const system = await base.libraries?.();
  if (system === undefined) return [];
  const own = new Set(base.debs?.packages.map(({ name }) => name));
  const added = (wide.debs?.packages ?? []).filter(({ name }) => !own.has(name));
  const closure = new Map(added.map((deb) => [deb.name, deb] as const));
  const needed = new Set(names);
  // Grows while it is walked.
  for (const name of needed) {
    const deb = closure.get(name);
    if (deb === undefined) continue;
    for (const soname of await needsOf(deb, wide, deps)) {
      const brings = system.has(soname) ? undefined : system.packagesOf(soname).find((one) => closure.has(one));
      if (brings !== undefined) needed.add(brings);
    }
  }
  return [...closure.keys()].filter((name) => system.isLibrary(name) && !needed.has(name)).sort();
}

async function needsOf(deb: LockedDeb, wide: Pick<Base, "fetchSource">, deps: LibraryDeps): Promise<readonly string[]> {
  const key = canonicalJson({ format: FORMAT, sha256: deb.sha256 });
  return remember(deps.store, DEB_NEEDS, key, async () => {
    await wide.fetchSource(deb.sha256, deps.report, deps.signal);
    const { debNeeds } = await import("../assemble/deb-needs.ts");
    const { name, version, architecture, filename, sha256, size } = deb;
    const source = { type: "deb", package: name, version, architecture, filename, sha256, size } as const;
    return debNeeds(source, deps.store.path(digestOfHex(sha256)), await deps.store.temporary());
  });
}

/**
 * Holds what the wheels need against what the image has. Throws LIBRARY_MISSING where an import would fail for want of
 * a Debian package; other gaps are told as one warning. Bases that can't tell what they have are not judged.
 */
export async function checkLibraries({ base, lock, target }: CheckedPlan, deps: LibraryDeps): Promise<void> {
  const system = lock === undefined ? undefined : await base.libraries?.();
  if (lock === undefined || target === undefined || system === undefined) return;
  const rules = await readRules(deps);
  const key = verdictKey(base, lock, target, rules);
  const known = await deps.store.get<readonly string[]>(VERDICTS, key);
  const warnings = known ?? (await judge(system, lock, target, rules, deps));
  for (const message of warnings) deps.report({ type: "warning", message, hint: "add what is used with --system" });
  if (known === undefined) await deps.store.set(VERDICTS, key, warnings);
}

async function judge(
  system: SystemLibraries,
  lock: Lock,
  target: Target,
  rules: LibraryRules,
  deps: LibraryDeps,
): Promise<readonly string[]> {
  const { libraries, missing } = await look(lock.packages, system, rules, deps);
  const { foreignModules, tooNewLibraries } = await import("../install/system-libraries.ts");
  const foreign = foreignModules(libraries, target.platform.architecture)[0];
  if (foreign !== undefined) {
    const message = `${foreign.owner} is built for another machine than ${target.platform.architecture} (${foreign.path})`;
    throw new OciasmError("LIBRARY_MISSING", message, {
      hint: "its wheel's name lies: build the wheel for this platform",
    });
  }
  const newer = tooNewLibraries(libraries, target.libc)[0];
  if (newer !== undefined) {
    const { owner, path, glibc } = newer;
    const message = `${owner} needs glibc ${glibc}, the image has ${target.libc.version} (${path})`;
    throw new OciasmError("LIBRARY_MISSING", message, { hint: "use a base with a newer glibc, or an older version" });
  }
  const fatal = missing.filter(({ soname, required }) => required && system.packagesOf(soname).length > 0);
  if (fatal.length > 0) throw missingError(fatal, system);
  if (missing.length === 0) return [];
  const shown = missing.slice(0, SHOWN).map((one) => described(one, system));
  const more = missing.length > SHOWN ? [`and ${missing.length - SHOWN} more`] : [];
  return [`libraries that some wheels ask for are not in the image: ${[...shown, ...more].join("; ")}`];
}

function missingError(missing: readonly MissingLibrary[], system: SystemLibraries): OciasmError {
  const lines = missing.map((one) => described(one, system));
  const names = [...new Set(missing.map(({ soname }) => system.packagesOf(soname)[0] ?? ""))].sort();
  const what = lines.length === 1 ? "a library is missing" : `${lines.length} libraries are missing`;
  return new OciasmError("LIBRARY_MISSING", [`${what} in the image:`, ...lines].join("\n  "), {
    hint: `add ${names.map((name) => `--system ${name}`).join(" ")}, or --system auto`,
  });
}

function described({ soname, users }: MissingLibrary, system: SystemLibraries): string {
  const [first, ...others] = users;
  const who = `${first?.owner} (${first?.path})${others.length === 0 ? "" : ` and ${others.length} more`}`;
  const [from] = system.packagesOf(soname);
  return `${soname}, needed by ${who}: ${from === undefined ? "no Debian package has it" : `in ${from}`}`;
}

async function look(
  packages: readonly LockedPackage[],
  system: SystemLibraries,
  rules: LibraryRules,
  deps: LibraryDeps,
): Promise<Look> {
  const libraries: NeedingLibrary[] = [];
  for (const item of packages.filter(isBinary)) {
    const owner = `${item.name}==${item.version}`;
    for (const library of await librariesOf(item, deps)) libraries.push({ owner, ...library });
  }
  const { missingLibraries } = await import("../install/system-libraries.ts");
  const names = packages.map(({ name }) => name);
  return { libraries, missing: missingLibraries(libraries, names, (soname) => system.has(soname), rules) };
}

/** A wheel whose layer came from elsewhere is not on this host: it was judged where its layer was made. */
async function librariesOf({ wheel }: LockedPackage, deps: LibraryDeps): Promise<readonly WheelLibrary[]> {
  const digest = digestOfHex(wheel.sha256);
  const key = canonicalJson({ format: FORMAT, sha256: wheel.sha256 });
  const known = await deps.store.get<readonly WheelLibrary[]>(NEEDS, key);
  if (known !== undefined) return known;
  if ((await deps.store.has(digest)) === undefined) return [];
  deps.signal.throwIfAborted();
  const { wheelLibraries } = await import("../assemble/wheel-libraries.ts");
  const libraries = await wheelLibraries(deps.store.path(digest), wheel.filename);
  await deps.store.set(NEEDS, key, libraries);
  return libraries;
}

function isBinary({ wheel }: LockedPackage): boolean {
  return !wheel.filename.endsWith("-any.whl");
}

async function readRules(deps: LibraryDeps): Promise<LibraryRules> {
  const text = await readFile(RULES, "utf8");
  const key = sha256Hex(`${FORMAT}\0${text}`);
  const plain = await remember(deps.store, RULES_READ, key, async () => {
    const { decodeLibraryRules } = await import("../install/library-rules.ts");
    const { opened, ...rules } = decodeLibraryRules(text, "layout/libraries.yaml");
    return { ...rules, opened: [...opened] };
  });
  return { ...plain, opened: new Map(plain.opened) };
}

function verdictKey(base: LibraryBase, lock: Lock, target: Target, rules: LibraryRules): string {
  return canonicalJson({
    format: FORMAT,
    rules: sha256Hex(JSON.stringify({ ...rules, opened: [...rules.opened] })),
    base: base.spec,
    debs: (base.debs?.packages ?? []).map(({ name }) => name).sort(),
    wheels: lock.packages.map(({ wheel }) => wheel.sha256).sort(),
    libc: target.libc,
    architecture: target.platform.architecture,
  });
}
