import * as fs from "node:fs";
import * as promises from "node:fs/promises";
import { refusal, toHost, toWindows } from "./names.ts";

// What node:fs is on Windows: its names, no permission bits, no links for an ordinary user.

export type Exports = Readonly<Record<string, unknown>>;
type Call = (...args: unknown[]) => unknown;
type Later = (...args: unknown[]) => Promise<unknown>;

/** The calls with names of Windows for their first `names` arguments. */
function renamed(from: object, names: number, ...calls: readonly string[]): Readonly<Record<string, Call>> {
  const made = calls.map((name): [string, Call] => {
    const call = Reflect.get(from, name) as Call;
    return [name, (...args) => call(...args.map((value, at) => (at < names ? toHost(value) : value)))];
  });
  return Object.fromEntries(made);
}

/** Names that can't be reject. */
function later(names: number, ...calls: readonly string[]): Readonly<Record<string, Later>> {
  const plain = Object.entries(renamed(promises, names, ...calls));
  return Object.fromEntries(plain.map(([name, call]) => [name, async (...args: unknown[]) => call(...args)]));
}

/** What libuv says of any file: nothing of who may execute it. */
function withoutModes(status: unknown): unknown {
  if (status === undefined) return undefined;
  const known = status as fs.Stats | fs.BigIntStats;
  const mode = (Number(known.mode) & 0o170000) | ((Number(known.mode) & 0o200) === 0 ? 0o444 : 0o666);
  const big = typeof known.mode === "bigint";
  return Object.assign(known, { mode: big ? BigInt(mode) : mode, uid: big ? 0n : 0, gid: big ? 0n : 0 });
}

function handleOf(handle: promises.FileHandle, isFolder: boolean): promises.FileHandle {
  const stat = handle.stat.bind(handle) as Later;
  const sync = handle.sync.bind(handle);
  return Object.assign(handle, {
    stat: async (options?: unknown) => withoutModes(await stat(options)),
    sync: async () => {
      if (isFolder) throw refusal("EPERM", "");
      await sync();
    },
    chmod: async () => {},
  });
}

const CALLS = later(1, "stat", "lstat", "mkdir", "mkdtemp", "open", "readlink", "realpath");
const call = (name: string, args: readonly unknown[]): Promise<unknown> =>
  CALLS[name]?.(...args) ?? Promise.reject(new Error(name));

export const FS_PROMISES: Exports = {
  ...later(1, "access", "appendFile", "readFile", "readdir", "rm", "unlink", "utimes", "writeFile"),
  ...later(2, "copyFile", "link", "rename"),
  stat: async (...args: unknown[]) => withoutModes(await call("stat", args)),
  lstat: async (...args: unknown[]) => withoutModes(await call("lstat", args)),
  chmod: async (path: unknown) => void (await call("stat", [path])),
  mkdir: async (...args: unknown[]) => {
    const made = await call("mkdir", args);
    return made === undefined ? undefined : toWindows(String(made));
  },
  mkdtemp: async (prefix: unknown) => toWindows(String(await call("mkdtemp", [prefix]))),
  realpath: async (path: unknown) => toWindows(String(await call("realpath", [path]))),
  readlink: async (path: unknown) => String(await call("readlink", [path])).replaceAll("/", "\\"),
  symlink: async (_target: unknown, path: unknown) => {
    throw refusal("EPERM", String(path));
  },
  open: async (...args: unknown[]) => {
    const handle = (await call("open", args)) as promises.FileHandle;
    return handleOf(handle, (await handle.stat()).isDirectory());
  },
};

const SYNC = renamed(fs, 1, "existsSync", "statSync");
const { O_NOFOLLOW: _follow, O_NONBLOCK: _block, O_DIRECTORY: _directory, ...constants } = fs.constants;

export const FS: Exports = {
  ...renamed(fs, 1, "createReadStream", "openSync", "readFileSync"),
  closeSync: fs.closeSync,
  readSync: fs.readSync,
  writeSync: fs.writeSync,
  constants,
  existsSync: (path: unknown) => {
    try {
      return SYNC["existsSync"]?.(path);
    } catch {
      return false;
    }
  },
  statSync: (...args: unknown[]) => withoutModes(SYNC["statSync"]?.(...args)),
  fstatSync: (file: number) => withoutModes(fs.fstatSync(file)),
};
