import type { DirectorySource } from "../layers/recipe.ts";
import type { ImageConfig } from "../oci/config.ts";
import type { TargetLibc } from "../python/target.ts";
import type { BaseFacts } from "./base.ts";
import type { ImageTree, TreeNode } from "./image-tree.ts";
import { findPython, type InstalledPython } from "./tree-python.ts";

/** Reads the facts that a build needs from the merged tree of a base image and its config. */
export function treeFacts(tree: ImageTree, config: ImageConfig): BaseFacts {
  const python = findPython(tree, config.config?.Env ?? []);
  const libc = findLibc(tree, python?.libc);
  const passwd = tree.get("etc/passwd")?.found;
  const group = tree.get("etc/group")?.found;
  const authorities = BUNDLES.find((path) => tree.resolve(path) !== undefined);
  return {
    ...(python?.version === undefined ? {} : { python: pythonFact(python, python.version) }),
    ...(libc === undefined ? {} : { libc }),
    directories: oddDirectories(tree),
    links: directoryLinks(tree),
    ...(passwd === undefined ? {} : { passwd }),
    ...(group === undefined ? {} : { group }),
    ...(authorities === undefined ? {} : { authorities }),
  };
}

/** Where distributions have their authorities in one file: Debian and Alpine, Fedora and UBI, SUSE. */
const BUNDLES: readonly string[] = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
];

function pythonFact(python: InstalledPython, version: string): NonNullable<BaseFacts["python"]> {
  return { version, executable: python.executable, freeThreaded: python.freeThreaded };
}

function oddDirectories(tree: ImageTree): readonly DirectorySource[] {
  const odd: DirectorySource[] = [];
  for (const [path, node] of tree.paths()) {
    if (node.type === "directory" && !isPlain(node)) odd.push(directorySource(path, node));
  }
  return odd;
}

function isPlain(node: TreeNode): boolean {
  return node.mode === 0o755 && node.uid === 0 && node.gid === 0;
}

function directorySource(path: string, { mode, uid, gid }: TreeNode): DirectorySource {
  return { type: "directory", path, mode, ...(uid === 0 ? {} : { uid }), ...(gid === 0 ? {} : { gid }) };
}

/** Where every link to a directory leads, e.g. bin to usr/bin. */
function directoryLinks(tree: ImageTree): Readonly<Record<string, string>> {
  const links: [string, string][] = [];
  for (const [path, node] of tree.paths()) {
    if (node.type !== "symlink") continue;
    const target = tree.resolve(path);
    if (target !== undefined && tree.get(target)?.type === "directory") links.push([path, target]);
  }
  return Object.fromEntries(links);
}

/** The C library: of the family that the Python was built for, where there are several. */
function findLibc(tree: ImageTree, family: TargetLibc["family"] | undefined): TargetLibc | undefined {
  const found: TargetLibc[] = [];
  for (const [path, node] of tree.paths()) {
    if (node.found === undefined) continue;
    if (/(^|\/)libc(\.so\.6|-2\.\d+\.so)$/.test(path)) found.push({ family: "glibc", version: node.found });
    if (/ld-musl-|lib\/apk\/db\/installed$/.test(path)) found.push({ family: "musl", version: minor(node.found) });
  }
  return found.find((libc) => libc.family === family) ?? (family === undefined ? found[0] : undefined);
}

/** musllinux tags count minors: 1.2.5 is 1.2 (PEP 656). */
function minor(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
