import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { extract } from "tar-stream";
import type { TarEntry } from "../../src/archive/tar-entry.ts";
import { readTar } from "../../src/archive/tar-read.ts";
import { sha256Of } from "./oci-layout.ts";
import { runPython } from "./python.ts";

/** What every reader has to agree upon. */
export interface View extends TarEntry {
  /** Of a file's content. */
  readonly sha256?: string;
}

/** Entries in the order of the archive, by the reader of this project. */
export async function ourView(path: string): Promise<readonly View[]> {
  const views: View[] = [];
  for await (const { entry, content } of readTar(createReadStream(path))) {
    const sha256 = await sha256Of(content());
    views.push({ ...entry, ...(entry.type === "file" ? { sha256 } : {}) });
  }
  return views;
}

export async function tarStreamView(path: string): Promise<readonly View[]> {
  const unpack = extract();
  const source = createReadStream(path);
  source.on("error", (error) => unpack.destroy(error));
  source.pipe(unpack);
  const views: View[] = [];
  for await (const entry of unpack) {
    const { name, type, mode = 0, uid = -1, gid = -1, size = 0, mtime, linkname } = entry.header;
    const sha256 = await sha256Of(entry as AsyncIterable<Uint8Array>);
    views.push({
      path: name.replace(/\/$/, ""),
      type: type === "link" ? "hardlink" : (type as View["type"]),
      mode,
      uid,
      gid,
      size,
      mtime: (mtime?.getTime() ?? 0) / 1000,
      ...(typeof linkname === "string" && type !== "file" && type !== "directory" ? { linkName: linkname } : {}),
      ...(type === "file" ? { sha256 } : {}),
    });
  }
  return views;
}

const TARFILE = `
import hashlib, json, sys, tarfile
TYPES = {tarfile.REGTYPE: "file", tarfile.DIRTYPE: "directory", tarfile.SYMTYPE: "symlink", tarfile.LNKTYPE: "hardlink"}
views = []
with tarfile.open(sys.argv[1], "r:") as archive:
    for member in archive:
        view = {"path": member.name, "type": TYPES[member.type], "mode": member.mode, "uid": member.uid,
                "gid": member.gid, "size": member.size, "mtime": member.mtime}
        if member.issym() or member.islnk():
            view["linkName"] = member.linkname
        if member.isreg():
            view["sha256"] = hashlib.sha256(archive.extractfile(member).read()).hexdigest()
        views.append(view)
sys.stdout.buffer.write(json.dumps(views).encode())
`;

/** By Python's tarfile; undefined when this machine has no Python. */
export function tarfileView(path: string): readonly View[] | undefined {
  const printed = runPython(TARFILE, [path]);
  return printed === undefined ? undefined : JSON.parse(printed);
}

/** A line for every path of a tree. */
export type Tree = ReadonlyMap<string, string>;

function line(view: Omit<View, "path">): string {
  const { type, mode, uid, gid, size, mtime, linkName = "", sha256 = "" } = view;
  const bits = type === "symlink" ? "" : (mode & 0o7777).toString(8);
  return [type, bits, `${uid}:${gid}`, size, mtime, linkName, sha256].join(" ");
}

/** What a root file system holds after the layers were applied in turn. Throws for white-outs: ours have none. */
export function appliedTree(layers: readonly (readonly View[])[]): Tree {
  const nodes = new Map<string, View>();
  for (const view of layers.flat()) {
    if (/(?:^|\/)\.wh\./.test(view.path)) throw new Error(`${view.path} is a white-out`);
    if (view.type !== "hardlink") nodes.set(view.path, view);
    else {
      const target = nodes.get(view.linkName ?? "");
      if (target === undefined) throw new Error(`${view.path} links to ${view.linkName}, which is not there`);
      nodes.set(view.path, target);
    }
  }
  return sorted([...nodes].map(([path, view]) => [path, line(view)]));
}

/** A tree on disk, root itself not included. */
export async function diskTree(root: string): Promise<Tree> {
  const lines: [string, string][] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const host = join(entry.parentPath, entry.name);
    lines.push([host.slice(root.length + 1), await lineOf(host)]);
  }
  return sorted(lines);
}

async function lineOf(host: string): Promise<string> {
  const { mode, uid, gid, size, mtimeMs, ...status } = await lstat(host).then((found) => ({
    ...found,
    directory: found.isDirectory(),
    symlink: found.isSymbolicLink(),
    file: found.isFile(),
  }));
  const common = { mode, uid, gid, size: 0, mtime: mtimeMs / 1000 };
  if (status.directory) return line({ ...common, type: "directory" });
  if (status.symlink) return line({ ...common, type: "symlink", linkName: await readlink(host) });
  if (!status.file) return line({ ...common, type: "fifo" });
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(host)) hash.update(chunk);
  return line({ ...common, size, type: "file", sha256: hash.digest("hex") });
}

function sorted(lines: readonly (readonly [string, string])[]): Tree {
  return new Map([...lines].sort(([a], [b]) => (a < b ? -1 : 1)));
}
