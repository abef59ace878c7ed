import { ELF_MACHINES } from "../debian/elf-machines.ts";
import { OciasmError } from "../errors.ts";
import { pathFilter } from "../install/path-filter.ts";
import { STANDALONE_PREFIX, standaloneExcludes } from "../install/standalone-files.ts";
import type { NeedingLibrary } from "../install/system-libraries.ts";
import { passedDirectories } from "../layers/directories.ts";
import type { LayerRecipe, PythonSource } from "../layers/recipe.ts";
import { throughLinks } from "../layers/through-links.ts";
import { remember } from "../store/remember.ts";
import type { Base, BaseDeps, BaseRequest } from "./base.ts";
import { BASE_MTIME, NO_SCHEME } from "./recipe-defaults.ts";
import { readStandalone, type StandaloneFacts } from "./standalone-archive.ts";
import { archiveName, fetchArchive, type PythonArchive } from "./standalone-fetch.ts";

const BUCKET = "standalone-python";
/** Part of the key: raise it when the same archive may tell something else. */
const FORMAT = 1;

/**
 * The base with a standalone Python in a layer of its own, in the place of whatever Python it has. Rejects with
 * BASE_MISMATCH where the two don't go together, BASE_INVALID for an archive that is of no use.
 */
export async function withStandalonePython(
  base: Base,
  archive: PythonArchive,
  request: Pick<BaseRequest, "codec" | "offline">,
  deps: BaseDeps,
): Promise<Base> {
  const name = archiveName(archive);
  const { facts, size } = await knownFacts(archive, name, request.offline, deps);
  checkFit(facts, name, base);
  const source = sourceOf(facts, archive, name, size, base);
  const executable = `/${source.prefix}/${facts.executable}`;
  return {
    ...base,
    recipes: placed(base.recipes, recipeOf(source, base, request)),
    config: { ...base.config, config: { ...base.config.config, Env: environmentOf(base, source.prefix) } },
    facts: { ...base.facts, python: { version: facts.version, executable, freeThreaded: facts.freeThreaded } },
    binaries: librariesOf(facts, source),
    fetchSource: async (sha256, report, signal) => {
      if (sha256 !== archive.sha256) return base.fetchSource(sha256, report, signal);
      await fetchArchive(archive, request.offline, { ...deps, report, signal });
    },
  };
}

async function knownFacts(
  archive: PythonArchive,
  name: string,
  offline: boolean,
  deps: BaseDeps,
): Promise<{ readonly facts: StandaloneFacts; readonly size: number }> {
  return remember(deps.index, BUCKET, `${FORMAT} ${archive.sha256}`, async () => {
    const size = await fetchArchive(archive, offline, deps);
    return { facts: await readStandalone(deps.blobs.path(`sha256:${archive.sha256}`), name), size };
  });
}

function checkFit(facts: StandaloneFacts, name: string, base: Base): void {
  const { architecture } = base.platform;
  const { libc } = base.facts;
  const refuse = (what: string, hint: string): OciasmError => new OciasmError("BASE_MISMATCH", what, { hint });
  if (ELF_MACHINES.get(architecture) !== facts.machine) {
    const made = [...ELF_MACHINES].find(([, machine]) => machine === facts.machine)?.[0] ?? "another machine";
    throw refuse(
      `${name} is for ${made}, not for ${architecture}`,
      "build each platform with an archive of its own, and merge the images with `ociasm index create`",
    );
  }
  if (libc === undefined) return;
  if (libc.family !== facts.libc) {
    throw refuse(
      `${name} is built for ${facts.libc}, and the base ${base.spec} has ${libc.family} ${libc.version}`,
      `take the archive for ${libc.family === "musl" ? "musl" : "gnu"}, or another base`,
    );
  }
  const newest = facts.libraries.find(({ path }) => path === facts.executable)?.glibc ?? "2.0";
  if (libc.family === "glibc" && minorOf(newest) > minorOf(libc.version)) {
    throw refuse(
      `${name} needs glibc ${newest}, and the base ${base.spec} has ${libc.version}`,
      "use a base with a newer glibc",
    );
  }
}

function minorOf(version: string): number {
  return Number(version.split(".")[1] ?? 0);
}

function sourceOf(
  { version, isShared }: StandaloneFacts,
  { sha256 }: PythonArchive,
  filename: string,
  size: number,
  base: Base,
): PythonSource {
  const prefix = throughLinks(STANDALONE_PREFIX, base.facts.links);
  return { type: "python", filename, version, sha256, size, prefix, exclude: standaloneExcludes(isShared) };
}

function recipeOf(source: PythonSource, base: Base, { codec }: Pick<BaseRequest, "codec">): LayerRecipe {
  return {
    kind: "python",
    title: `Python ${source.version} (standalone)`,
    packages: [`cpython=${source.version}`],
    sources: [source],
    scheme: NO_SCHEME,
    codec,
    mtime: BASE_MTIME,
    directories: passedDirectories([source.prefix], base.facts.directories),
  };
}

/** Below the packages that somebody asked for: those change more often. */
function placed(recipes: readonly LayerRecipe[], python: LayerRecipe): readonly LayerRecipe[] {
  const below = recipes.filter(({ kind }) => kind !== "system");
  return [...below, python, ...recipes.filter(({ kind }) => kind === "system")];
}

/** Its OpenSSL knows nothing of the base's folders. */
function environmentOf({ config, facts }: Base, prefix: string): readonly string[] {
  const env = config.config?.Env ?? [];
  const path = env.findLast((entry) => entry.startsWith("PATH="))?.slice("PATH=".length);
  const usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const others = env.filter((entry) => !entry.startsWith("PATH="));
  const isTold = facts.authorities === undefined || env.some((entry) => entry.startsWith("SSL_CERT_FILE="));
  const authorities = isTold ? [] : [`SSL_CERT_FILE=${facts.authorities}`];
  return [`PATH=/${prefix}/bin:${path ?? usual}`, ...others, ...authorities];
}

function librariesOf({ version, libraries }: StandaloneFacts, { prefix, exclude }: PythonSource): NeedingLibrary[] {
  const isLeftOut = pathFilter(exclude);
  return libraries
    .filter(({ path }) => !isLeftOut(path))
    .map(({ path, ...needs }) => ({ owner: `Python ${version}`, path: `${prefix}/${path}`, ...needs }));
}
