import type { ImageTree } from "./image-tree.ts";

/** What a base image has for the dynamic loader. */
export interface TreeLibraries {
  /** The names by which libraries are asked for, sorted. */
  readonly sonames: readonly string[];
  /** Codename of the Debian or Ubuntu release, which names the packages of other libraries. */
  readonly suite?: string;
}

/** Searched without being named anywhere (ld.so(8); musl's ldso/dynlink.c). */
const TRUSTED = /^(?:usr\/)?lib(?:64)?(?:\/[\w-]+-linux-(?:gnu|musl)\w*)?$|^usr\/local\/lib$/;
const NAMED_BY = /^etc\/(?:ld\.so\.conf(?:\.d\/[^/]+\.conf)?|ld-musl-[\w-]+\.path)$/;

const LIBRARY = /^[^/]+\.so(?:\.[\w.]+)?$/;

/**
 * The libraries in the folders that the loader searches: its own, those of /etc/ld.so.conf and LD_LIBRARY_PATH, and the
 * one beside `executable`, a Python that may have it in its RPATH.
 */
export function treeLibraries(tree: ImageTree, env: readonly string[], executable: string | undefined): TreeLibraries {
  const suite = suiteOf(tree);
  const folders = searchedFolders(tree, env, executable);
  const sonames = new Set<string>();
  const targets = new Set<string>();
  for (const [path, node] of tree.paths()) {
    const slash = path.lastIndexOf("/");
    const [folder, name] = [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
    if (!LIBRARY.test(name) || !(folders.has(folder) || TRUSTED.test(folder))) continue;
    if (node.type === "symlink") {
      const file = tree.resolve(path);
      const target = file?.slice(file.lastIndexOf("/") + 1) ?? "";
      if (file === undefined || (name.endsWith(".so") && target.startsWith(`${name}.`))) continue;
      // ldconfig makes the soname a link to the file.
      if (target.startsWith(`${name}.`)) targets.add(target);
      sonames.add(name);
    } else if (node.type === "file") sonames.add(name);
  }
  const names = [...sonames].filter((name) => !targets.has(name)).sort();
  return { sonames: names, ...(suite === undefined ? {} : { suite }) };
}

function searchedFolders(tree: ImageTree, env: readonly string[], executable: string | undefined): ReadonlySet<string> {
  const told = [...tree.paths()].flatMap(([path, { found = "" }]) => (NAMED_BY.test(path) ? found.split(/[\n:]/) : []));
  const variable = env.findLast((entry) => entry.startsWith("LD_LIBRARY_PATH="))?.split("=")[1] ?? "";
  const beside = executable === undefined ? [] : [executable.replace(/\/bin\/[^/]+$/, "/lib")];
  const folders = [...told.map((line) => line.replace(/#.*/, "").trim()), ...variable.split(":"), ...beside];
  return new Set(folders.filter((folder) => folder.startsWith("/")).flatMap((folder) => tree.resolve(folder) ?? []));
}

const CODENAMES: Readonly<Record<string, string>> = { debian12: "bookworm", debian13: "trixie" };

/** Distroless images tell their release by its number alone. */
function suiteOf(tree: ImageTree): string | undefined {
  const text = ["etc/os-release", "usr/lib/os-release"]
    .map((path) => tree.get(tree.resolve(path) ?? path)?.found)
    .find((found) => found !== undefined);
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}=["']?([\\w.-]+)["']?\\s*$`, "m").exec(text ?? "")?.[1];
  const id = value("ID");
  if (id !== "debian" && id !== "ubuntu") return undefined;
  const suite = value("VERSION_CODENAME") ?? CODENAMES[`${id}${value("VERSION_ID")}`];
  return suite !== undefined && /^[a-z]+$/.test(suite) ? suite : undefined;
}
