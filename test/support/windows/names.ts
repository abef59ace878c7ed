import { readdirSync } from "node:fs";
import { posix, win32 } from "node:path";
import { fileURLToPath } from "node:url";

// Names as Windows has them: drive C is this machine's root, whatever the case of a name.

const FORBIDDEN = /[<>"|?*:\u0000-\u001f]/;
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const MAX_PATH = 32_767;

/** The file of this machine that a name of Windows means. Throws what Windows would say of a name that can't be. */
export function toHost(name: unknown): unknown {
  if (name instanceof URL) return fileURLToPath(name.href.replace(/^file:\/\/\/[a-z]:\//i, "file:///"));
  if (typeof name !== "string") return name;
  const full = win32.resolve(name);
  if (!/^c:\\/i.test(full)) throw refusal("ENOENT", name);
  const parts = full.slice(3).split("\\").filter(Boolean);
  const unfit = parts.some((part) => FORBIDDEN.test(part) || RESERVED.test(part) || /[. ]$/.test(part));
  if (unfit || full.length > MAX_PATH) throw refusal("ENOENT", name);
  return parts.reduce(entryOf, "/");
}

/** The entry as it is spelt, where there is one that differs in case alone. */
function entryOf(folder: string, name: string): string {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    names = [];
  }
  const lower = name.toLowerCase();
  const spelt = names.includes(name) ? name : names.find((one) => one.toLowerCase() === lower);
  return posix.join(folder, spelt ?? name);
}

export function toWindows(path: string): string {
  return `C:${path.replaceAll("/", "\\")}`;
}

export function refusal(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: '${path}'`), { code, path });
}
