import * as posix from "node:path/posix";

/** Something of the context that lies in the image. */
export interface Copy {
  /** Path in the context without a leading slash; "" is all of it. */
  readonly from: string;
  /** Absolute path in the image, of the file or folder itself. */
  readonly to: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** The sources of a COPY and where each comes to lie: a folder's content, a file by its name below a folder. */
export function copiesOf(sources: readonly string[], target: string, workdir: string): readonly Copy[] {
  const to = posix.resolve(workdir, target);
  const intoFolder = sources.length > 1 || target.endsWith("/") || target === "." || to === workdir;
  return sources.map((source) => {
    const from = posix.normalize(`/${source}`).replace(/^\/+|\/+$/g, "");
    const isFile = /[^/]\.[A-Za-z0-9_-]+$|^(?:[A-Z][A-Za-z]*file|LICENSE|README)$/.test(from) || /[*?[]/.test(from);
    return { from, to: intoFolder && isFile && from !== "" ? posix.join(to, posix.basename(from)) : to };
  });
}

/** Where a path of the image comes from in the context; undefined when it was not copied. */
export function sourceOf(path: string, copies: readonly Copy[]): string | undefined {
  for (const { from, to } of copies.toReversed()) {
    if (path === to) return from;
    const inside = to === "/" ? path.slice(1) : path.startsWith(`${to}/`) ? path.slice(to.length + 1) : undefined;
    if (inside === undefined) continue;
    if (/[*?[]/.test(from)) return posix.join(posix.dirname(from), inside);
    return posix.join(from, inside);
  }
  return undefined;
}
