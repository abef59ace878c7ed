import { fromUtf8 } from "../archive/bytes.ts";
import { readSharedLibrary } from "../debian/elf.ts";
import { type CachedLibrary, encodeLdSoCache } from "../debian/ld-so-cache.ts";
import { mergedPath } from "../debian/merged-usr.ts";
import type { DebLayer, GeneratedFile } from "./deb-generated.ts";
import { compareBytes } from "./deb-order.ts";
import { joinTarget, type PlacedFile } from "./deb-tree.ts";

/** Searched after those that /etc/ld.so.conf.d names (glibc, trusted directories). */
const SYSTEM_FOLDERS = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];

/** What ldconfig looks at (glibc, elf/ldconfig.c). */
const LIBRARY = /^(?:lib|ld-).*\.so/;

const MAX_HOPS = 10;

/** Whether a generator reads the file of a lower layer's package. */
export function isLibraryInput(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return LIBRARY.test(name) || path.startsWith("etc/ld.so.conf.d/");
}

/** /etc/ld.so.cache for the layer and those below: ctypes finds libraries by it, the NVIDIA toolkit looks for it. */
export async function libraryCache(layer: DebLayer): Promise<readonly GeneratedFile[]> {
  const folders = await searchFolders(layer);
  const libraries: CachedLibrary[] = [];
  for (const name of [...layer.all.keys()].filter(isLibraryInput).sort(compareBytes)) {
    const slash = name.lastIndexOf("/");
    const shown = folders.get(name.slice(0, slash));
    const library = shown === undefined ? undefined : await readLibrary(layer, name);
    if (library !== undefined) libraries.push({ ...library, path: `${shown}/${library.file}` });
  }
  const order = [...folders.values()];
  const rank = ({ path }: CachedLibrary): number => order.indexOf(path.slice(0, path.lastIndexOf("/")));
  libraries.sort((a, b) => rank(a) - rank(b));
  return [{ path: "etc/ld.so.cache", bytes: encodeLdSoCache(libraries) }];
}

/** Folders by their place in a merged /usr, with the name that comes first. */
async function searchFolders({ all, spool }: DebLayer): Promise<ReadonlyMap<string, string>> {
  const texts: string[] = [];
  const files = [...all.values()].filter(({ entry }) => /^etc\/ld\.so\.conf\.d\/[^/]+\.conf$/.test(entry.path));
  for (const { entry, offset } of files.sort((a, b) => compareBytes(a.entry.path, b.entry.path))) {
    if (entry.type === "file" && offset >= 0) texts.push(fromUtf8(await spool.read(offset, entry.size)));
  }
  const named = texts.flatMap((text) => text.split("\n")).map((line) => line.replace(/#.*/, "").trim());
  const folders = new Map<string, string>();
  for (const folder of [...named.filter((line) => line.startsWith("/")), ...SYSTEM_FOLDERS]) {
    const place = mergedPath(folder.slice(1).replace(/\/+$/, ""));
    if (!folders.has(place)) folders.set(place, folder);
  }
  return folders;
}

type Found = Omit<CachedLibrary, "path"> & { readonly file: string };

async function readLibrary({ all, spool }: DebLayer, path: string): Promise<Found | undefined> {
  const target = fileOf(all, path);
  if (target === undefined || target.offset < 0) return undefined;
  const { offset, entry } = target;
  const library = await readSharedLibrary((from, length) =>
    spool.read(offset + Math.min(from, entry.size), Math.max(0, Math.min(length, entry.size - from))),
  );
  if (library === undefined) return undefined;
  const file = path.slice(path.lastIndexOf("/") + 1);
  const soname = library.soname ?? file;
  if (isLinkForLinking(all, path, file, soname)) return { soname: file, machine: library.machine, file };
  const beside = `${path.slice(0, path.lastIndexOf("/"))}/${soname}`;
  return { soname, machine: library.machine, file: all.has(beside) ? soname : file };
}

/** ldconfig lists `libz.so` of a development package by that name, beside the soname. */
function isLinkForLinking(all: ReadonlyMap<string, PlacedFile>, path: string, file: string, soname: string): boolean {
  return all.get(path)?.entry.type === "symlink" && file.endsWith(".so") && soname.startsWith(file);
}

function fileOf(all: ReadonlyMap<string, PlacedFile>, path: string): PlacedFile | undefined {
  let at = path;
  for (let hops = 0; hops < MAX_HOPS; hops++) {
    const node = all.get(at);
    if (node?.entry.type === "file") return node;
    if (node?.entry.linkName === undefined) return undefined;
    at = node.entry.type === "hardlink" ? node.entry.linkName : mergedPath(joinTarget(at, node.entry.linkName));
  }
  return undefined;
}
