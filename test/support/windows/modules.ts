import * as os from "node:os";
import { win32 } from "node:path";
import { fileURLToPath } from "node:url";
import { type Exports, FS, FS_PROMISES } from "./file-calls.ts";
import { refusal, toWindows } from "./names.ts";

const PROGRAM = new URL("../../../src/", import.meta.url).href;
const DRIVE = /^file:\/\/\/[a-z]:\//i;

function pathOf(given: string | URL): string {
  const { href, host } = new URL(given);
  if (host !== "") throw refusal("ERR_INVALID_FILE_URL_HOST", href);
  // The program's own modules have URLs without a drive here.
  if (!DRIVE.test(href) && !href.startsWith(PROGRAM)) throw refusal("ERR_INVALID_FILE_URL_PATH", href);
  return toWindows(fileURLToPath(href.replace(DRIVE, "file:///")));
}

function urlOf(path: string): URL {
  const [drive = "", ...parts] = win32.resolve(path).split("\\");
  return new URL(`file:///${[drive, ...parts.map(encodeURIComponent)].join("/")}`);
}

/** Node's own modules as a program on Windows finds them. */
export const MODULES: Readonly<Record<string, Exports>> = {
  "node:fs": FS,
  "node:fs/promises": FS_PROMISES,
  "node:os": { ...os, homedir: () => "C:\\Users\\nobody", tmpdir: () => toWindows(os.tmpdir()) },
  "node:path": { ...win32, default: win32 },
  "node:url": { fileURLToPath: pathOf, pathToFileURL: urlOf },
};
