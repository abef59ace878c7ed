import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { PythonArchive } from "../base/standalone-fetch.ts";
import type { BaseNote } from "../resolve/pylock-document.ts";
import type { BuildRequest } from "./prepare-step.ts";

/** The standalone Python that is asked for, else the one that the lock was made with; as it is written. */
export function chooseArchive(
  { config }: Pick<BuildRequest, "config">,
  pinned: BaseNote | undefined,
): PythonArchive | undefined {
  if (config.python !== undefined) return typeof config.python === "string" ? undefined : config.python;
  return config.base === undefined || config.base === pinned?.name ? pinned?.python : undefined;
}

/** The version that is asked for: an archive says by itself which one it is. */
export function askedPython({ config }: Pick<BuildRequest, "config">): string | undefined {
  return typeof config.python === "string" ? config.python : undefined;
}

/** The archive with a path of this host, where it lies on it. */
export function locatedArchive({ url, sha256 }: PythonArchive, context: string): PythonArchive {
  if (/^https?:/i.test(url)) return { url, sha256 };
  return { url: /^file:/i.test(url) ? fileURLToPath(url) : resolve(context, url), sha256 };
}
