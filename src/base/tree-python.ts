import type { TargetLibc } from "../python/target.ts";
import type { ImageTree } from "./image-tree.ts";

export interface InstalledPython {
  /** "3.12"; the major and minor that its extension modules carry. */
  readonly series: string;
  /** With the patch level; undefined when nothing tells it. */
  readonly version: string | undefined;
  /** Absolute. */
  readonly executable: string;
  readonly freeThreaded: boolean;
  readonly libc: TargetLibc["family"];
}

// An extension module of the standard library carries everything in its name: version, threading, machine, C library.
const MODULE =
  /^(?:(.*)\/)?(?:lib|lib64)\/(python3\.\d+t?)\/lib-dynload\/[^/]+\.cpython-3(\d+)(t?)-[a-z0-9_]+-linux-(gnu|musl)[a-z0-9]*\.so$/;

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

interface Candidate {
  /** Folder that holds bin and lib, without slashes at the ends: "usr/local". */
  readonly prefix: string;
  readonly name: string;
  readonly minor: number;
  readonly freeThreaded: boolean;
  readonly libc: TargetLibc["family"];
}

/** The Python that `python3` means in the image: first by the config's PATH, then the newest. */
export function findPython(tree: ImageTree, env: readonly string[]): InstalledPython | undefined {
  const path = (variable(env, "PATH") ?? DEFAULT_PATH).split(":").map((folder) => folder.replace(/^\/+|\/+$/g, ""));
  const rank = (candidate: Candidate): number => {
    const folder = `${candidate.prefix}/bin`.replace(/^\//, "");
    const at = path.findIndex((entry) => entry === folder || tree.resolve(entry) === folder);
    return at < 0 ? path.length : at;
  };
  const usual = (candidate: Candidate): boolean =>
    tree.resolve(`${candidate.prefix}/bin/python3`) === tree.resolve(`${candidate.prefix}/bin/${candidate.name}`);
  const best = candidates(tree).sort(
    (a, b) => rank(a) - rank(b) || Number(usual(b)) - Number(usual(a)) || b.minor - a.minor,
  )[0];
  if (best === undefined) return undefined;
  return {
    series: `3.${best.minor}`,
    version: patchLevel(tree, best, env),
    executable: `/${best.prefix === "" ? "" : `${best.prefix}/`}bin/${best.name}`,
    freeThreaded: best.freeThreaded,
    libc: best.libc,
  };
}

function candidates(tree: ImageTree): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const [path] of tree.paths()) {
    const match = MODULE.exec(path);
    if (match === null) continue;
    const [, prefix = "", name = "", minor = "", threading, family] = match;
    if (tree.resolve(`${prefix}/bin/${name}`) === undefined) continue;
    found.set(`${prefix}/${name}`, {
      prefix,
      name,
      minor: Number(minor),
      freeThreaded: threading === "t",
      libc: family === "musl" ? "musl" : "glibc",
    });
  }
  return [...found.values()];
}

/** From the headers or the binary, which can't be wrong; PYTHON_VERSION only where they are silent: it may be inherited. */
function patchLevel(tree: ImageTree, { prefix, name, minor }: Candidate, env: readonly string[]): string | undefined {
  const places = [
    `${prefix}/include/${name}/patchlevel.h`,
    `${prefix}/bin/${name}`,
    `${prefix}/lib/lib${name}.so.1.0`,
    `${prefix}/lib64/lib${name}.so.1.0`,
  ];
  const told = places.map((place) => tree.get(tree.resolve(place) ?? "")?.found);
  const loose = [...tree.paths()].filter(([path]) => path.endsWith(`/lib${name}.so.1.0`)).map(([, node]) => node.found);
  const hint = variable(env, "PYTHON_VERSION");
  return [...told, ...loose, hint].find((version) => version?.startsWith(`3.${minor}.`) === true);
}

function variable(env: readonly string[], name: string): string | undefined {
  return env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}
