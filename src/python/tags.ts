import { wheelArchitecture } from "./architecture.ts";
import type { Target, TargetLibc, TargetPython } from "./target.ts";

/** Legacy names of PEP 513, 571 and 599, each right after the tag that it equals. */
const LEGACY: Readonly<Record<string, string>> = {
  "2_17": "manylinux2014",
  "2_12": "manylinux2010",
  "2_5": "manylinux1",
};

/** Architectures that PEP 600 wheels exist for, as packaging lists them: ARM only with hard floats. */
const MANYLINUX = [
  "x86_64",
  "i686",
  "aarch64",
  "armv7l",
  "armv8l",
  "ppc64",
  "ppc64le",
  "s390x",
  "loongarch64",
  "riscv64",
];

/** The first Python with a stable ABI (PEP 384). */
const FIRST_STABLE_MINOR = 2;

/** A libc minor beyond this is an attack on the length of the list. */
const MAX_MINOR = 999;

/**
 * All wheel tags that fit the target, best first, in the order of PEP 425 as packaging and uv have it:
 * `cp311-cp311-manylinux_2_36_x86_64` … `py30-none-any`.
 */
export function compatibleTags(target: Target): readonly string[] {
  const platforms = compatiblePlatforms(target);
  const { interpreter, abi, stableAbi, major, minor } = pythonTags(target.python);
  const on = (python: string, tagAbi: string) => platforms.map((platform) => `${python}-${tagAbi}-${platform}`);
  const olderMinors = descending(minor - 1, FIRST_STABLE_MINOR);
  const generic = [
    `py${major}${minor}`,
    `py${major}`,
    ...descending(minor - 1, 0).map((older) => `py${major}${older}`),
  ];
  return [
    ...on(interpreter, abi),
    ...on(interpreter, stableAbi),
    ...on(interpreter, "none"),
    ...olderMinors.flatMap((older) => on(`cp${major}${older}`, stableAbi)),
    ...generic.flatMap((python) => on(python, "none")),
    `${interpreter}-none-any`,
    ...generic.map((python) => `${python}-none-any`),
  ];
}

const RANKS = new WeakMap<Target, ReadonlyMap<string, number>>();

/** From tag to place in `compatibleTags`, 0 being the best. Made once for each target: a lock asks for every wheel. */
export function tagRank(target: Target): ReadonlyMap<string, number> {
  const known = RANKS.get(target);
  if (known !== undefined) return known;
  const ranks = new Map(compatibleTags(target).map((tag, rank) => [tag, rank]));
  RANKS.set(target, ranks);
  return ranks;
}

export interface PythonTags {
  /** "cp311". */
  readonly interpreter: string;
  /** "cp311", "cp313t". */
  readonly abi: string;
  /** "abi3", or "abi3t" where there is no global lock (PEP 803). */
  readonly stableAbi: "abi3" | "abi3t";
  readonly major: number;
  readonly minor: number;
}

export function pythonTags(python: TargetPython): PythonTags {
  const { major, minor } = majorMinor(python.version);
  const interpreter = `cp${major}${minor}`;
  // CPython before 3.8 marked its memory allocator in the ABI.
  const flags = `${python.freeThreaded ? "t" : ""}${major === 3 && minor < 8 ? "m" : ""}`;
  return { interpreter, abi: interpreter + flags, stableAbi: python.freeThreaded ? "abi3t" : "abi3", major, minor };
}

/**
 * Platform tags, best first: PEP 600 or PEP 656 from the target's libc downwards, then `linux_<arch>`. packaging 26.3
 * puts the latter first; uv, and we, last: it promises nothing about the libc.
 */
export function compatiblePlatforms(target: Target): readonly string[] {
  const architecture = wheelArchitecture(target.platform);
  // A 64-bit ARM core in 32-bit mode runs what armv7l runs.
  const architectures = architecture === "armv8l" ? ["armv8l", "armv7l"] : [architecture];
  const libc = target.libc.family === "musl" ? muslPlatforms : glibcPlatforms;
  return [...architectures.flatMap((each) => libc(target.libc, each)), ...architectures.map((each) => `linux_${each}`)];
}

function muslPlatforms(libc: TargetLibc, architecture: string): readonly string[] {
  const { major, minor } = majorMinor(libc.version);
  return descending(minor, 0).map((each) => `musllinux_${major}_${each}_${architecture}`);
}

function glibcPlatforms(libc: TargetLibc, architecture: string): readonly string[] {
  if (!MANYLINUX.includes(architecture)) return [];
  const { major, minor } = majorMinor(libc.version);
  const oldest = architecture === "x86_64" || architecture === "i686" ? 5 : 17;
  return descending(minor, oldest).flatMap((each) => {
    const version = `${major}_${each}`;
    const legacy = LEGACY[version];
    const tag = `manylinux_${version}_${architecture}`;
    return legacy === undefined ? [tag] : [tag, `${legacy}_${architecture}`];
  });
}

/** "2.36" and "3.11.2rc1" to numbers; 0 for what is not there. */
export function majorMinor(version: string): { readonly major: number; readonly minor: number } {
  const [, major = "0", minor = "0"] = /^([0-9]+)(?:\.([0-9]+))?/.exec(version) ?? [];
  return { major: Number(major), minor: Math.min(Number(minor), MAX_MINOR) };
}

function descending(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => from - index);
}
