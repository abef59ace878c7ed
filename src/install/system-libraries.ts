import * as posix from "node:path/posix";
import { ELF_MACHINES } from "../debian/elf-machines.ts";
import type { TargetLibc, TargetPython } from "../python/target.ts";
import { globMatcher } from "./glob.ts";
import type { LibraryRules } from "./library-rules.ts";

/** A shared library that the image will have from a wheel. */
export interface NeedingLibrary {
  /** "opencv-python==4.10". */
  readonly owner: string;
  /** In the wheel, or in the image. */
  readonly path: string;
  readonly soname?: string | undefined;
  readonly needed: readonly string[];
  /** Newest symbol version of glibc: "2.28". */
  readonly glibc?: string;
  /** e_machine; 0 where it was not read. */
  readonly machine?: number;
  /** DT_RUNPATH or DT_RPATH, as written. */
  readonly folders?: readonly string[];
  /**
   * Nobody but its author ran it: what lies beside it counts where its own folders lead, and each module is held
   * against the target by itself. Of a wheel, files that others load first or by their paths are no news.
   */
  readonly untried?: boolean;
}

export interface MissingLibrary {
  readonly soname: string;
  /** Who needs it, each wheel once, with one of its files. */
  readonly users: readonly { readonly owner: string; readonly path: string }[];
  /** Most of a wheel can't be imported without it. */
  readonly required: boolean;
}

/** Every libc brings these under its own names; a wheel's tag says which one it wants. */
const LIBC =
  /^(?:ld-linux.*|ld-musl.*|linux-vdso.*|libc\.musl-.*|lib(?:c|m|dl|rt|pthread|util|resolv|nsl|anl|crypt|BrokenLocale|mvec|thread_db)\.so\.\d+)$/;

/** An extension module, which `import` loads: PEP 3149. */
const MODULE = /\.(?:cpython-3\d+t?-[\w-]+|abi3(?:t)?)\.so$/;

/**
 * Sonames that neither wheels nor base have, sorted. A library anywhere in a wheel counts for all others: whoever needs
 * it finds it by RPATH, or finds it loaded. `packages` are the names in the lock.
 */
export function missingLibraries(
  libraries: readonly NeedingLibrary[],
  packages: readonly string[],
  has: (soname: string) => boolean,
  rules: LibraryRules,
): readonly MissingLibrary[] {
  const byName = namedLibraries(libraries);
  const isOptional = globMatcher(rules.optional);
  const isGap = (soname: string, library?: NeedingLibrary): boolean =>
    !LIBC.test(soname) &&
    !has(soname) &&
    !Object.hasOwn(rules.elsewhere, soname) &&
    !(byName.get(soname) ?? []).some((one) => library === undefined || isFound(one, library));
  const users = new Map<string, Map<string, string>>();
  const note = (soname: string, owner: string, path: string): void => {
    const known = users.get(soname) ?? new Map<string, string>();
    if (!known.has(owner)) known.set(owner, path);
    users.set(soname, known);
  };
  for (const library of libraries) {
    if (isOptional(library.path)) continue;
    for (const soname of library.needed) if (isGap(soname, library)) note(soname, library.owner, library.path);
  }
  for (const name of packages) {
    for (const soname of rules.opened.get(name) ?? []) if (isGap(soname)) note(soname, name, "opens it by name");
  }
  const required = requiredNames(
    libraries.filter(({ path }) => !isOptional(path)),
    byName,
    isGap,
  );
  return [...users]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([soname, owners]) => ({
      soname,
      required: required.has(soname),
      users: [...owners].map(([owner, path]) => ({ owner, path })),
    }));
}

/** Whether the loader comes to `library` when it looks for what `user` needs. */
function isFound(library: NeedingLibrary, user: NeedingLibrary): boolean {
  if (user.untried !== true || library.owner !== user.owner) return true;
  const folder = posix.dirname(library.path);
  const origin = `/${posix.dirname(user.path)}`;
  return (user.folders ?? []).some((told) => {
    const place = told.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, origin);
    return place.startsWith("/") && posix.resolve(place) === `/${folder}`;
  });
}

type NamedLibraries = ReadonlyMap<string, readonly NeedingLibrary[]>;

/** By file name and by soname. */
function namedLibraries(libraries: readonly NeedingLibrary[]): NamedLibraries {
  const byName = new Map<string, NeedingLibrary[]>();
  for (const library of libraries) {
    for (const name of new Set([library.path.slice(library.path.lastIndexOf("/") + 1), library.soname])) {
      if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), library]);
    }
  }
  return byName;
}

/**
 * What at least half of a wheel's extension modules can't be loaded without. Of the others some are tried and left, as
 * numba's thread pools are.
 */
function requiredNames(
  libraries: readonly NeedingLibrary[],
  byName: NamedLibraries,
  isGap: (soname: string, library: NeedingLibrary) => boolean,
): ReadonlySet<string> {
  const required = new Set<string>();
  for (const modules of byOwner(libraries.filter(({ path }) => MODULE.test(path)))) {
    const counts = new Map<string, number>();
    for (const module of modules) {
      const reached = [...withNeeded([module], byName)];
      const gaps = new Set(reached.flatMap((library) => library.needed.filter((soname) => isGap(soname, library))));
      for (const soname of gaps) counts.set(soname, (counts.get(soname) ?? 0) + 1);
    }
    for (const [soname, count] of counts) if (count * 2 >= modules.length) required.add(soname);
  }
  return required;
}

function byOwner(libraries: readonly NeedingLibrary[]): readonly (readonly NeedingLibrary[])[] {
  const owners = new Map<string, NeedingLibrary[]>();
  for (const library of libraries) owners.set(library.owner, [...(owners.get(library.owner) ?? []), library]);
  return [...owners.values()];
}

/** The libraries and all that they need of the wheels. */
function withNeeded(libraries: readonly NeedingLibrary[], byName: NamedLibraries): ReadonlySet<NeedingLibrary> {
  const reached = new Set(libraries);
  // Grows while it is walked.
  for (const { needed } of reached) {
    for (const soname of needed) for (const library of byName.get(soname) ?? []) reached.add(library);
  }
  return reached;
}

/** Importable libraries that want a newer glibc than the target has: "owner: path needs glibc 2.39". */
export function tooNewLibraries(libraries: readonly NeedingLibrary[], libc: TargetLibc): readonly NeedingLibrary[] {
  if (libc.family !== "glibc") return [];
  const has = minorOf(libc.version);
  const modules = libraries.filter(({ path }) => MODULE.test(path));
  const reached = withNeeded(modules, namedLibraries(libraries));
  return libraries.filter((library) => reached.has(library) && minorOf(library.glibc ?? "2.0") > has);
}

/** Extension modules for other machines, of wheels that have none for this one: a tag that lies. */
export function foreignModules(libraries: readonly NeedingLibrary[], architecture: string): readonly NeedingLibrary[] {
  const wanted = ELF_MACHINES.get(architecture);
  const modules = libraries.filter(({ path, machine = 0 }) => MODULE.test(path) && machine !== 0);
  return judgedTogether(modules).flatMap((alike) =>
    wanted === undefined || alike.some(({ machine }) => machine === wanted) ? [] : alike,
  );
}

/** Untried modules that the target's Python would pass over by their names, where no other is beside them. */
export function passedModules(
  libraries: readonly NeedingLibrary[],
  { version, freeThreaded }: Pick<TargetPython, "version" | "freeThreaded">,
): readonly NeedingLibrary[] {
  const suffix = `.cpython-${version.split(".").slice(0, 2).join("")}${freeThreaded ? "t" : ""}-`;
  const isTaken = ({ path }: NeedingLibrary): boolean =>
    path.includes(suffix) || (freeThreaded ? /\.abi3t\.so$/ : /\.abi3\.so$/).test(path);
  const modules = libraries.filter(({ path, untried }) => untried === true && MODULE.test(path));
  return judgedTogether(modules).flatMap((alike) => (alike.some(isTaken) ? [] : alike));
}

/** The modules of a wheel, and the builds of one untried module. */
function judgedTogether(modules: readonly NeedingLibrary[]): readonly (readonly NeedingLibrary[])[] {
  const groups = new Map<string, NeedingLibrary[]>();
  for (const module of modules) {
    const key = module.untried === true ? `${module.owner}\0${module.path.replace(MODULE, "")}` : module.owner;
    groups.set(key, [...(groups.get(key) ?? []), module]);
  }
  return [...groups.values()];
}

function minorOf(version: string): number {
  return Number(version.split(".")[1] ?? 0);
}
