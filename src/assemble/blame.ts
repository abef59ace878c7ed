import { printable } from "../archive/printable.ts";
import { type ErrorCode, OciasmError } from "../errors.ts";
import type { EntryOrigin, LayerEntry } from "./layer-entry.ts";

type Kind = EntryOrigin["kind"];

const CODES: Readonly<Record<Kind, ErrorCode>> = {
  wheel: "WHEEL_INVALID",
  deb: "ARCHIVE_INVALID",
  python: "ARCHIVE_INVALID",
  project: "PROJECT_INVALID",
  modules: "BLOB_CORRUPT",
};

const HINTS: Readonly<Record<Kind, string>> = {
  wheel: "ask the package's authors for a sound wheel, or pin another version",
  deb: "fetch the package again, or use another mirror",
  python: "take another archive of that Python",
  project: "run again when nothing writes to the project",
  modules: "run again with another --cache-dir",
};

/** The error for content that is not what was promised; names the archive and the file in it. */
export function blame({ entry, content, origin }: LayerEntry, problem: string, cause?: unknown): OciasmError {
  const kind = origin?.kind ?? "project";
  const name = printable(content.from === "zip" ? content.entry.name : entry.path);
  const where = kind === "project" || origin === undefined ? name : `${origin.name}: ${name}`;
  return new OciasmError(CODES[kind], `${where} ${problem}`, { hint: HINTS[kind], cause });
}
