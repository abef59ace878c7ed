import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";

/** What lies at a path, as one line: type, mode, owner and content or target. */
export interface Tree {
  readonly nodes: ReadonlyMap<string, string>;
  /** Texts of the files whose paths were asked for. */
  readonly texts: ReadonlyMap<string, string>;
}

const NAMES: Readonly<Record<string, string>> = { file: "file", directory: "directory", symlink: "link" };

/** Reads tars laid over each other, the last one of a path winning; a hard link is the file that it leads to. */
export async function readTree(tars: readonly string[], keep: RegExp = /^$/): Promise<Tree> {
  const nodes = new Map<string, string>();
  const texts = new Map<string, string>();
  for (const tar of tars) {
    const unpack = extract();
    const source = createReadStream(tar);
    (tar.endsWith(".gz") ? source.pipe(createGunzip()) : source).pipe(unpack);
    for await (const entry of unpack) {
      const { name, type, mode = 0, uid = 0, gid = 0, linkname } = entry.header;
      const path = name.replace(/^\.?\/+|\/+$/g, "");
      const parts: Buffer[] = [];
      for await (const part of entry as AsyncIterable<Buffer>) parts.push(part);
      const content = Buffer.concat(parts);
      if (keep.test(path)) texts.set(path, content.toString("utf8"));
      const target = (linkname ?? "").replace(/^\.\//, "");
      if (type === "link") nodes.set(path, nodes.get(target) ?? `link to nothing: ${target}`);
      else nodes.set(path, line(type ?? "file", mode, uid, gid, type === "symlink" ? target : content));
    }
  }
  nodes.delete("");
  return { nodes, texts };
}

function line(type: string, mode: number, uid: number, gid: number, content: string | Buffer): string {
  const bits = type === "symlink" ? "" : ` ${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
  const what = typeof content === "string" ? content : createHash("sha256").update(content).digest("hex").slice(0, 16);
  return `${NAMES[type] ?? type}${bits}${type === "directory" ? "" : ` ${what}`}`;
}
