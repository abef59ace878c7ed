import { setMaxListeners } from "node:events";
import { isOciasmError } from "../errors.ts";
import { createPolite } from "../net/polite.ts";
import type { Metadata } from "../python/metadata.ts";
import { normalizeName } from "../python/name.ts";
import type { Catalog } from "../resolve/catalog.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import { collectFiles, distinctFiles, isTrustedHost } from "./collect-files.ts";
import { createForesight } from "./foresight.ts";
import type { IndexConfig } from "./index-config.ts";
import type { PageFile } from "./index-file.ts";
import type { MetadataDeps } from "./metadata-deps.ts";
import { cheapMetadata, wholeMetadata } from "./metadata-reader.ts";
import { placesFor } from "./named-index.ts";
import { createRecent } from "./recent.ts";

export type CatalogDeps = Omit<MetadataDeps, "isTrusted" | "warnOnce" | "rangeless" | "maxWheel"> & {
  /** Requests under way at one host. Default 16. */
  readonly perHost?: number;
  /** Bytes of a wheel that may be downloaded for its metadata where nothing else works. Default 4 GiB. */
  readonly maxWheel?: number;
};

export interface IndexCatalog extends Catalog {
  files(name: string, index?: string): Promise<readonly PageFile[] | undefined>;
  /** Gives up what was only foreseen; call it when no more is asked. */
  close(): Promise<void>;
}

/** Files of all kept answers together: some 30 MB. */
const KEPT_FILES = 100_000;
/** Characters of all kept metadata together. */
const KEPT_METADATA = 32 * 1024 * 1024;
const MAX_WHEEL = 4 * 1024 ** 3;
/** Foreseen questions at a time; fewer than the places at a host, so that the others never wait for them. */
const FORESEEN = 8;

/**
 * The configured indexes and folders as the resolver asks them: pages are revalidated as their servers wish, metadata is
 * read without the wheel where that can be (see ./metadata-reader.ts), equal questions meet. A named index that the
 * configuration lacks is CONFIG_INVALID.
 */
export function createCatalog(config: IndexConfig, given: CatalogDeps): IndexCatalog {
  const ending = new AbortController();
  const signal = AbortSignal.any([given.signal, ending.signal]);
  // One listener a request: there is no leak to be warned of.
  setMaxListeners(0, signal);
  const deps = metadataDeps(config, given, signal);
  const foresight = createForesight(FORESEEN);
  const pages = createRecent<readonly PageFile[] | undefined>({
    limit: KEPT_FILES,
    weigh: (files) => 1 + (files?.length ?? 0),
    isFinal: () => false,
  });
  const cheap = createRecent<Metadata | undefined>({ limit: KEPT_METADATA, weigh: weightOf, isFinal: isWheelInvalid });
  const whole = createRecent<Metadata>({ limit: KEPT_METADATA, weigh: weightOf, isFinal: isWheelInvalid });
  const files = async (name: string, index?: string): Promise<readonly PageFile[] | undefined> => {
    const normalized = normalizeName(name);
    return pages.answer(`${index ?? ""} ${normalized}`, async () => {
      const found = await collectFiles(placesFor(config, index), normalized, deps);
      return found === undefined ? undefined : distinctFiles(found);
    });
  };
  const withoutWheel = (file: DistributionFile): Promise<Metadata | undefined> =>
    cheap.answer(keyOf(file), () => cheapMetadata(file, deps));
  return {
    files,
    metadata: async (file) =>
      (await withoutWheel(file)) ?? (await whole.answer(keyOf(file), () => wholeMetadata(file, deps))),
    prefetch: (question) => {
      foresight.add(() => ("file" in question ? withoutWheel(question.file) : files(question.name, question.index)));
    },
    close: async () => {
      ending.abort();
      await foresight.close();
    },
  };
}

function metadataDeps(config: IndexConfig, given: CatalogDeps, signal: AbortSignal): MetadataDeps {
  const warned = new Set<string>();
  const { perHost, sleep, report } = given;
  const polite = { signal, ...(perHost === undefined ? {} : { perHost }), ...(sleep === undefined ? {} : { sleep }) };
  return {
    seen: new Set(),
    ...given,
    signal,
    http: createPolite(given.http, polite),
    isTrusted: (url) => isTrustedHost(url, config.trustedHosts),
    rangeless: new Map(),
    maxWheel: given.maxWheel ?? MAX_WHEEL,
    warnOnce: (subject, message) => {
      if (warned.has(subject)) return;
      warned.add(subject);
      report({ type: "warning", message });
    },
  };
}

function keyOf(file: DistributionFile): string {
  return `${file.filename} ${file.sha256 ?? ""} ${file.url}`;
}

function weightOf(metadata: Metadata | undefined): number {
  if (metadata === undefined) return 1;
  return 500 + [...metadata.requiresDist, ...metadata.classifiers].reduce((sum, text) => sum + text.length, 0);
}

function isWheelInvalid(error: unknown): boolean {
  return isOciasmError(error) && error.code === "WHEEL_INVALID";
}
