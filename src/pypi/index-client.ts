import { redactUrl } from "../net/redact.ts";
import { normalizeName } from "../python/name.ts";
import { parseSdistName } from "../python/sdist-name.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import { collectCached, collectFiles, distinctFiles, isTrustedHost } from "./collect-files.ts";
import { fileSize } from "./file-size.ts";
import { unreadFindLinks } from "./find-links.ts";
import type { IndexConfig } from "./index-config.ts";
import type { IndexDeps } from "./index-deps.ts";
import type { IndexFile, PageFile } from "./index-file.ts";
import { cachedPins } from "./page-cache.ts";

/** What the configured indexes and folders hold. Names in any spelling. */
export interface IndexClient {
  /** All files of a project, wheels and sdists, yanked ones too; empty when nobody has the name. */
  files(name: string): Promise<readonly IndexFile[]>;
  /** What is known without a request of files with these hashes: a hash names the same bytes for ever. */
  cachedFiles(name: string, sha256s: readonly string[]): Promise<readonly IndexFile[]>;
  /**
   * Where places of this host are all there are: what lies there, as far as no file is read for it. One that was never
   * hashed here has neither size nor hash. Empty where other places are asked too.
   */
  unread(name: string): Promise<readonly IndexFile[]>;
  /** Bytes; see ./file-size.ts. */
  sizeOf(file: DistributionFile): Promise<number>;
  /** Every URL at which these bytes are listed, by name and sha256. Asks the indexes when `ask` is set. */
  mirrors(file: { readonly filename: string; readonly sha256: string }, ask: boolean): Promise<readonly string[]>;
  isTrusted(url: string): boolean;
  /** For messages: indexes and folders without credentials. */
  readonly places: readonly string[];
}

/** Files of a page up to which it stays in memory; a larger one is read from the cache again. */
const KEPT = 500;

export function createIndexClient(config: IndexConfig, given: IndexDeps): IndexClient {
  const deps = { seen: new Set<string>(), ...given };
  const asked = new Map<string, Promise<readonly PageFile[]>>();
  const isTrusted = (url: string): boolean => isTrustedHost(url, config.trustedHosts);
  const everything = async (name: string): Promise<readonly PageFile[]> => {
    const known = asked.get(name) ?? collectFiles(config, name, deps).then((files) => files ?? []);
    asked.set(name, known);
    try {
      const files = await known;
      if (files.length > KEPT) asked.delete(name);
      return files;
    } catch (error) {
      asked.delete(name);
      throw error;
    }
  };
  const cached = async (name: string, sha256s: readonly string[]): Promise<readonly PageFile[]> =>
    asked.get(name) ?? collectCached(config, name, deps, (url) => cachedPins(deps.store, url, sha256s));
  return {
    files: async (name) => distinct(await everything(normalizeName(name))),
    cachedFiles: async (name, sha256s) => distinct(await cached(normalizeName(name), sha256s)),
    unread: async (name) => {
      if (config.indexes.length > 0) return [];
      const found = await Promise.all(
        config.findLinks.map((links) => unreadFindLinks(links, normalizeName(name), deps)),
      );
      return found.includes(undefined) ? [] : distinct(found.flatMap((files) => files ?? []));
    },
    sizeOf: (file) => fileSize(file, deps, isTrusted(file.url)),
    mirrors: async ({ filename, sha256 }, ask) => {
      const sdist = parseSdistName(filename);
      const name = sdist.ok ? sdist.value.name : normalizeName(filename.slice(0, filename.indexOf("-")));
      const files = await (ask && !deps.offline ? everything(name) : cached(name, [sha256]));
      return [...new Set(files.filter(({ identity }) => identity === sha256).map((listed) => listed.file().url))];
    },
    isTrusted,
    places: [
      ...config.indexes.map((index) => redactUrl(index.url)),
      ...config.findLinks.map((links) => redactUrl(links.location)),
    ],
  };
}

function distinct(files: readonly PageFile[]): readonly IndexFile[] {
  return distinctFiles(files).map((listed) => listed.file());
}
