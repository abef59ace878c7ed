import type { Dirent } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import type { Problems } from "../input/problems.ts";
import type { HostModes } from "./host-modes.ts";
import type { IgnoreRules } from "./ignore-rules.ts";
import { secretByName } from "./secret-files.ts";

/** What a walk finds: paths relative to the context, with forward slashes. */
export interface Found {
  readonly files: string[];
  readonly links: { readonly path: string; readonly target: string }[];
  /** Folders that hold nothing at all. */
  readonly emptyDirectories: string[];
  readonly secrets: string[];
  /** Files and folders that an ignore file or a built-in rule left out; a folder counts once. */
  leftOut: number;
}

interface Walk {
  readonly root: string;
  readonly rules: IgnoreRules;
  /** Of `root`. */
  readonly modes: HostModes;
  /** Absolute paths of the outputs of this very build. */
  readonly outputs: ReadonlySet<string>;
  readonly problems: Problems;
  readonly found: Found;
  readonly signal: AbortSignal | undefined;
}

/** Lists the project in code-unit order of the names. Links are never followed. */
export async function walkProject(request: Omit<Walk, "found">): Promise<Found> {
  const found: Found = { files: [], links: [], emptyDirectories: [], secrets: [], leftOut: 0 };
  await walkFolder({ ...request, found }, { path: [], out: false, inherited: false });
  return found;
}

interface Around {
  readonly path: readonly string[];
  readonly out: boolean;
  readonly inherited: boolean;
}

async function walkFolder(walk: Walk, folder: Around): Promise<void> {
  walk.signal?.throwIfAborted();
  await walk.rules.enter(folder.path);
  const entries = await readFolder(join(walk.root, ...folder.path));
  if (entries.length === 0 && folder.path.length > 0 && !folder.out) {
    walk.found.emptyDirectories.push(folder.path.join("/"));
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) await visit(walk, folder, entry);
}

async function visit(walk: Walk, folder: Around, entry: Dirent): Promise<void> {
  const parts = [...folder.path, entry.name];
  const path = parts.join("/");
  const absolute = join(walk.root, ...parts);
  if (walk.outputs.has(absolute)) return;
  const kind = await kindOf(entry, absolute);
  if (kind === undefined) return;
  const kept = walk.rules.kept(parts, kind === "directory");
  const verdict = walk.rules.verdict(parts, kind === "directory", folder.inherited);
  const out = verdict.out && !kept;
  if (kind === "directory") {
    const never = !kept && (verdict.builtIn || (await isVirtualEnvironment(absolute)));
    if (never || (out && !walk.rules.mustWalk(parts, verdict.inherited))) {
      walk.found.leftOut += 1;
      return;
    }
    await walkFolder(walk, { path: parts, out, inherited: verdict.inherited && !kept });
    return;
  }
  if (out) {
    walk.found.leftOut += 1;
    return;
  }
  if (!kept && secretByName(path)) {
    walk.found.secrets.push(path);
    return;
  }
  const unfit = unfitName(entry.name);
  if (unfit !== undefined) {
    walk.problems.add(new OciasmError("PROJECT_INVALID", `${JSON.stringify(path)} ${unfit}`, { hint: LEAVE_OUT }));
  } else if (kind === "symlink") visitLink(walk, parts, await readlink(absolute));
  else if (kind === "file" && walk.modes.isLink(path)) visitLink(walk, parts, await readFile(absolute, "utf8"));
  else if (kind === "file") walk.found.files.push(path);
  else walk.problems.add(new OciasmError("PROJECT_INVALID", `${path} is a ${kind}`, { hint: LEAVE_OUT }));
}

const LEAVE_OUT = "remove it, or leave it out with .ociasmignore";

function visitLink(walk: Walk, parts: readonly string[], written: string): void {
  const path = parts.join("/");
  const target = written.replaceAll("\\", "/");
  const lands = posix.join(posix.dirname(path), target);
  if (posix.isAbsolute(target) || /^[a-z]:/i.test(target) || lands === ".." || lands.startsWith("../")) {
    walk.problems.add(
      new OciasmError("PROJECT_INVALID", `the link ${path} leaves the project: it points to ${target}`, {
        hint: "point it to a relative path inside the project, or leave it out with .ociasmignore",
      }),
    );
  } else walk.found.links.push({ path, target });
}

/** A name that tar, overlay file systems or UTF-8 can't carry. */
function unfitName(name: string): string | undefined {
  if (name.startsWith(".wh.")) return "has a name that layers use to mark deleted files";
  if (name.includes("\uFFFD")) return "has a name that is not UTF-8";
  return undefined;
}

type Kind = "file" | "directory" | "symlink" | "socket" | "fifo" | "device";

async function kindOf(entry: Dirent, absolute: string): Promise<Kind | undefined> {
  // Some file systems give no type with the name.
  const known = entry.isFile() || entry.isDirectory() || entry.isSymbolicLink();
  const status = known ? entry : await lstat(absolute).catch(() => undefined);
  if (status === undefined) return undefined;
  if (status.isFile()) return "file";
  if (status.isDirectory()) return "directory";
  if (status.isSymbolicLink()) return "symlink";
  if (status.isSocket()) return "socket";
  return status.isFIFO() ? "fifo" : "device";
}

async function isVirtualEnvironment(folder: string): Promise<boolean> {
  return lstat(join(folder, "pyvenv.cfg")).then(
    (status) => status.isFile(),
    () => false,
  );
}

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const code = systemCode(error);
    if (code !== "EACCES" && code !== "EPERM") throw error;
    throw new OciasmError("PROJECT_INVALID", `${folder} can't be listed: permission denied`, {
      hint: "make it readable, or leave it out with .ociasmignore",
      cause: error,
    });
  }
}
