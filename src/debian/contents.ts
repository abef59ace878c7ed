/** A file of an archive's Contents index and the packages that have it (DebianRepository/Format, "Contents" indices). */
export interface ContentsLine {
  readonly path: string;
  /** Without their sections, in the file's order. */
  readonly packages: readonly string[];
}

/**
 * Undefined for a line that is none. Of an index of several components (Ubuntu's: `universe/libs/NAME`, of main
 * `libs/NAME`) the packages of `components` alone.
 */
export function parseContentsLine(line: string, components?: readonly string[]): ContentsLine | undefined {
  const [, path, places] = /^(\S.*?)\s+(\S+)$/.exec(line) ?? [];
  if (path === undefined || places === undefined) return undefined;
  const packages = places.split(",").flatMap((place) => {
    const [name = "", section, component = "main"] = place.split("/").reverse();
    return section === undefined || components?.includes(component) !== false ? [name] : [];
  });
  return { path, packages };
}

/** Where the dynamic loader looks, and the alternatives that it finds there once they are linked. */
const SEARCHED = /^(?:usr\/)?lib\/(?:[\w-]+-linux-gnu\/)?(?:blas\/|lapack\/)?(lib[^/]+\.so\.\d[\w.]*)$/;

/** Packages that stand in for another one: nobody's first choice. */
const STAND_INS = /-gles$|-extra\d|elogind|-compat-shim|-antlrdbg|-dbg$|-dev$|-cross$/;

/**
 * Sonames with the packages to take, the best first, from the lines of a Contents index. Of `libz.so.1` and
 * `libz.so.1.2.13` in one package the first is the soname, the other the file that it leads to. Of three, as
 * `libbz2.so.1`, `libbz2.so.1.0` and `libbz2.so.1.0.4`, the second may be it as well.
 */
export function sonamesOf(lines: Iterable<ContentsLine>): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, Set<string>>();
  for (const { path, packages } of lines) {
    const name = SEARCHED.exec(path)?.[1];
    if (name === undefined) continue;
    const known = all.get(name) ?? new Set<string>();
    for (const one of packages) known.add(one);
    all.set(name, known);
  }
  const files = new Set([...all.keys()].filter((name) => isTarget(name, all)));
  const between = new Set([...files].flatMap(shorterNames));
  const names = [...all.keys()].filter((name) => !files.has(name) || between.has(name)).sort();
  return new Map(names.map((name) => [name, [...(all.get(name) ?? [])].sort(byChoice)] as const));
}

function isTarget(name: string, all: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const packages = [...(all.get(name) ?? [])];
  return shorterNames(name).some((shorter) => packages.some((one) => all.get(shorter)?.has(one) === true));
}

/** "libz.so.1" and "libz.so.1.2" of "libz.so.1.2.13". */
function shorterNames(name: string): readonly string[] {
  const [stem = "", version = ""] = name.split(/(?<=\.so)\./);
  const parts = version.split(".");
  return parts.slice(1).map((_, at) => `${stem}.${parts.slice(0, at + 1).join(".")}`);
}

function byChoice(a: string, b: string): number {
  return Number(STAND_INS.test(a)) - Number(STAND_INS.test(b)) || a.length - b.length || (a < b ? -1 : 1);
}
