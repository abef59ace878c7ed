import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { fieldsOf, parseFields } from "../oci/fields.ts";
import { MAX_DOCUMENT_BYTES } from "../oci/manifest.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import { UNFINISHED } from "../store/temporary.ts";
import { REF_NAME } from "./named-entries.ts";

/** image-spec, image-layout.md: the text of the file `oci-layout`. */
export const OCI_LAYOUT = '{"imageLayoutVersion":"1.0.0"}';

// What a layout may hold before its index is written: the rest of a run that was cut short.
const OWN_NAMES: readonly string[] = ["oci-layout", "index.json", "blobs"];

/**
 * Reads index.json of a layout folder; undefined where there is no layout yet. Throws USAGE for a folder that holds
 * something else, and ARCHIVE_INVALID for a layout that can't be read.
 */
export async function readLayoutIndex(folder: string): Promise<readonly unknown[] | undefined> {
  const names = await listFolder(folder);
  const foreign = names.filter((name) => !OWN_NAMES.includes(name) && !name.startsWith(UNFINISHED));
  if (!names.includes("oci-layout") && foreign.length > 0) {
    throw new OciasmError(
      "USAGE",
      `${folder} holds other files than an OCI layout, e.g. ${JSON.stringify(foreign[0])}`,
      {
        hint: "name an empty folder, or one that does not exist yet",
      },
    );
  }
  await refuseLink(join(folder, "blobs"));
  await refuseLink(join(folder, "blobs", "sha256"));
  if (!names.includes("index.json")) return undefined;
  const fields = parseFields(await readFile(join(folder, "index.json")), `${folder}/index.json`, MAX_DOCUMENT_BYTES);
  const manifests = fields.get("manifests") ?? [];
  if (!Array.isArray(manifests)) throw new OciasmError("ARCHIVE_INVALID", `${folder}/index.json has no manifests`);
  return manifests;
}

/** The text of index.json with `entries` in the place of those that had their names; others stay as they are. */
export function layoutIndexText(old: readonly unknown[], entries: readonly Descriptor[]): string {
  const names = new Set(entries.map((entry) => entry.annotations?.[REF_NAME]));
  const kept = old.filter((entry) => !names.has(refName(entry)));
  return JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...kept, ...entries] });
}

function refName(entry: unknown): string | undefined {
  const annotations = fieldsOf(entry, "index.json entry").get("annotations");
  const name = annotations === undefined ? undefined : fieldsOf(annotations, "index.json annotations").get(REF_NAME);
  return typeof name === "string" ? name : undefined;
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    if (systemCode(error) !== "ENOTDIR") throw error;
    throw new OciasmError("USAGE", `${folder} is a file`, { hint: "leave tar=false out to write an archive" });
  }
}

// Blobs would be written through the link, outside the folder that was named.
async function refuseLink(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined || stats.isDirectory()) return;
  throw new OciasmError("USAGE", `${path} is no folder`, {
    hint: "name an empty folder, or one that does not exist yet",
  });
}
