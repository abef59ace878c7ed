import type { Metadata } from "../../src/python/metadata.ts";
import { normalizeExtra, normalizeName } from "../../src/python/name.ts";
import type { Catalog } from "../../src/resolve/catalog.ts";
import { listFile } from "../../src/resolve/listed-file.ts";
import type { DistributionFile } from "../../src/resolve/lock.ts";

/** One version of a project, in the words of uv's scenarios. */
export interface MemoryRelease {
  readonly requires?: readonly string[];
  readonly extras?: Readonly<Record<string, readonly string[]>>;
  readonly requires_python?: string;
  /** Only in the metadata, not on the index page. */
  readonly metadata_python?: string;
  readonly sdist?: boolean;
  readonly wheel?: boolean;
  readonly yanked?: boolean | string;
  readonly wheel_tags?: readonly string[];
  readonly uploaded?: string;
  readonly sha256?: string;
  /** The index that has it; default: the default one. */
  readonly index?: string;
}

/** From name to version to release. */
export type MemoryIndex = Readonly<Record<string, Readonly<Record<string, MemoryRelease>>>>;

export interface MemoryCatalog extends Catalog {
  /** All questions in their order: "a", "a-1.0-py3-none-any.whl", "prefetch b". */
  readonly questions: readonly string[];
}

/** A catalog out of records; no metadata but what they say. */
export function memoryCatalog(index: MemoryIndex): MemoryCatalog {
  const questions: string[] = [];
  const known = new Map<string, Metadata>();
  const pages = new Map<string, DistributionFile[]>();
  for (const [name, versions] of Object.entries(index)) {
    for (const [version, release] of Object.entries(versions)) {
      for (const file of filesOf(name, version, release)) {
        known.set(file.url, metadataOf(name, version, release));
        const page = `${release.index ?? ""} ${normalizeName(name)}`;
        pages.set(page, [...(pages.get(page) ?? []), file]);
      }
    }
  }
  return {
    questions,
    files: async (name, from) => {
      questions.push(name);
      return pages.get(`${from ?? ""} ${name}`)?.map(listFile);
    },
    metadata: async (file) => {
      questions.push(file.filename);
      const metadata = known.get(file.url);
      if (metadata === undefined) throw new Error(`no metadata of ${file.url}`);
      return metadata;
    },
    prefetch: (question) => {
      questions.push(`prefetch ${"file" in question ? question.file.filename : question.name}`);
    },
  };
}

function filesOf(name: string, version: string, release: MemoryRelease): readonly DistributionFile[] {
  const stem = `${normalizeName(name).replaceAll("-", "_")}-${version}`;
  const wheels = release.wheel === false ? [] : (release.wheel_tags ?? ["py3-none-any"]);
  const filenames = [
    ...wheels.map((tag) => `${stem}-${tag}.whl`),
    ...(release.sdist === false ? [] : [`${stem}.tar.gz`]),
  ];
  const { yanked, requires_python, uploaded, sha256 } = release;
  return filenames.map((filename) => ({
    filename,
    url: `https://files.example/${filename}`,
    ...(requires_python === undefined ? {} : { requiresPython: requires_python }),
    ...(yanked === undefined || yanked === false ? {} : { yanked: yanked === true ? "" : yanked }),
    ...(uploaded === undefined ? {} : { uploadTime: uploaded }),
    ...(sha256 === undefined ? {} : { sha256 }),
  }));
}

/** The core metadata of a release. */
export function metadataOf(name: string, version: string, release: MemoryRelease): Metadata {
  const extras = Object.entries(release.extras ?? {});
  const requiresPython = release.metadata_python ?? release.requires_python;
  const ofExtras = extras.flatMap(([extra, all]) => all.map((text) => underExtra(text, extra)));
  return {
    metadataVersion: "2.3",
    name,
    version,
    licenseFiles: [],
    projectUrls: [],
    classifiers: [],
    requiresDist: [...(release.requires ?? []), ...ofExtras],
    providesExtra: extras.map(([extra]) => normalizeExtra(extra)),
    dynamic: [],
    warnings: [],
    ...(requiresPython === undefined ? {} : { requiresPython }),
  };
}

function underExtra(text: string, extra: string): string {
  const [requirement = "", marker] = text.split(/\s*;\s*/, 2);
  const own = `extra == "${extra}"`;
  return `${requirement} ; ${marker === undefined ? own : `(${marker}) and ${own}`}`;
}
