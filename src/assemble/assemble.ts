import { codecNamed } from "../codec/codecs.ts";
import { OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { BytecodeSource } from "../layers/recipe.ts";
import { bytecodeEntries } from "./bytecode-entries.ts";
import { debEntries } from "./deb-entries.ts";
import { plainEntry } from "./file-entries.ts";
import { hostPath } from "./host-path.ts";
import type { AssembledLayer, AssembleJob, PackPlace } from "./job.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { createLibraryTaps } from "./library-taps.ts";
import { mergeEntries } from "./merge.ts";
import type { PackedFile } from "./packed-files.ts";
import { pythonEntries } from "./python-entries.ts";
import { createSourceFiles, type SourceFiles } from "./source-files.ts";
import { spoolPath } from "./spool-path.ts";
import { wheelEntries } from "./wheel-entries.ts";
import { writeLayer } from "./write-layer.ts";

/** Bytes of the tar between two reports: often enough for a progress bar, seldom enough to cost nothing. */
const REPORT_EVERY = 2 ** 23;

export interface AssembleOptions {
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Makes one layer in this thread. Wheels and debs are trusted to have the sha256 they go by; what is in them is checked.
 * Leaves no file behind when it fails.
 */
export async function assembleLayer(job: AssembleJob, { report, signal }: AssembleOptions): Promise<AssembledLayer> {
  const { key, recipe, blobPath, listingPath } = job;
  const codec = codecNamed(recipe.codec.name);
  checkFingerprint(job, codec.fingerprint(recipe.codec.level));
  const layer = { type: "layer", key, title: recipe.title } as const;
  report({ ...layer, state: "assembling" });
  const files = createSourceFiles();
  const debs = hasDebs(job) ? await debEntries(recipe, job.sources, spoolPath(job)) : undefined;
  const python = hasPython(job) ? await pythonEntries(recipe, job.sources, `${spoolPath(job)}.python`) : undefined;
  try {
    const { entries, warnings } = await collectEntries(job, files, signal);
    for (const entry of debs?.entries ?? []) entries.push(entry);
    for (const entry of python?.entries ?? []) entries.push(entry);
    let reported = 0;
    const taps = createLibraryTaps();
    const written = await writeLayer(mergeEntries(entries, recipe), {
      codec,
      level: recipe.codec.level,
      blobPath,
      listingPath,
      signal,
      taps,
      onProgress: (bytes) => {
        if (bytes - reported < REPORT_EVERY) return;
        reported = bytes;
        report({ ...layer, state: "progress", bytes });
      },
    });
    report({ ...layer, state: "assembled", bytes: written.blob.size });
    return { key, ...written, libraries: taps.seen, warnings: [...warnings, ...(debs?.warnings ?? [])] };
  } finally {
    files.close();
    await debs?.close();
    await python?.close();
  }
}

function hasDebs({ recipe }: AssembleJob): boolean {
  return recipe.sources.some(({ type }) => type === "deb" || type === "generated");
}

function hasPython({ recipe }: AssembleJob): boolean {
  return recipe.sources.some(({ type }) => type === "python");
}

/** A key that names another encoder than the one at hand would make a cache lie. */
function checkFingerprint({ recipe }: AssembleJob, fingerprint: string): void {
  if (recipe.codec.fingerprint === fingerprint) return;
  throw new OciasmError(
    "BUG",
    `layer "${recipe.title}" was planned for ${recipe.codec.fingerprint}, this is ${fingerprint}`,
  );
}

/** The entries of all sources but those that are unpacked as a whole. */
async function collectEntries(
  { recipe, sources, packs = {} }: AssembleJob,
  files: SourceFiles,
  signal: AbortSignal,
): Promise<{ readonly entries: (LayerEntry | PackedFile)[]; readonly warnings: readonly string[] }> {
  const entries: (LayerEntry | PackedFile)[] = [];
  const warnings: string[] = [];
  for (const source of recipe.sources) {
    signal.throwIfAborted();
    switch (source.type) {
      case "wheel": {
        const file = files.file(hostPath(sources, source.sha256, source.filename));
        const found = await wheelEntries(source, file, recipe);
        for (const entry of found.entries) entries.push(entry);
        warnings.push(...found.warnings);
        break;
      }
      case "bytecode":
        for (const entry of await bytecodeEntries(source, packOf(packs, source), recipe.mtime)) entries.push(entry);
        break;
      case "deb":
      case "python":
      case "generated":
        break;
      default:
        entries.push(plainEntry(source, { mtime: recipe.mtime, sources }));
    }
  }
  return { entries, warnings };
}

function packOf(packs: Readonly<Record<string, PackPlace>>, { of }: BytecodeSource): PackPlace {
  const place = Object.hasOwn(packs, of.sha256) ? packs[of.sha256] : undefined;
  if (place !== undefined) return place;
  throw new OciasmError("BUG", `no bytecode was given for ${of.filename}`);
}
