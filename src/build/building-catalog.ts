import { isOciasmError, OciasmError } from "../errors.ts";
import { digestOfHex } from "../oci/digest.ts";
import { zipMetadata } from "../pypi/metadata-zip.ts";
import { pinFile } from "../pypi/pin.ts";
import type { Metadata } from "../python/metadata.ts";
import { parseMetadata } from "../python/metadata.ts";
import { parseSdistName } from "../python/sdist-name.ts";
import type { Target } from "../python/target.ts";
import { formatVersion } from "../python/version.ts";
import type { Catalog } from "../resolve/catalog.ts";
import type { DistributionFile, LockedWheel } from "../resolve/lock.ts";
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";
import { openSdist } from "./open-sources.ts";
import type { SourceBuilder } from "./source-builder.ts";
import { textOf } from "./source-tree.ts";

const BUCKET = "sdist-metadata";

/** Fields that decide what is installed beside a package. */
const DECIDING = ["requires-dist", "requires-python", "provides-extra", "version"];

/**
 * The index's catalog, which tells the metadata of source distributions too: what PKG-INFO promises (PEP 643), else
 * what the wheel says that they become. `within` are the packages for whose build this one is.
 */
export function buildingCatalog(
  index: PackageIndex,
  builder: SourceBuilder,
  target: Target,
  deps: BuildDeps,
  within?: readonly string[],
): Catalog {
  const { catalog } = index;
  const read = async (file: DistributionFile): Promise<Metadata> => {
    const sdist = await pinFile(file, { ...deps, index: index.client, authorize: index.authorize });
    const promised = await promisedMetadata(sdist, index, deps);
    return promised ?? (await builtMetadata(sdist, builder, { target, within }, deps));
  };
  const known = new Map<string, Promise<Metadata>>();
  const failed = new Map<string, OciasmError>();
  // What one version can't, the others can't either, mostly: each would take seconds to fail.
  const readUnlessHopeless = async (file: DistributionFile): Promise<Metadata> => {
    const named = parseSdistName(file.filename);
    const name = named.ok ? named.value.name : file.filename;
    const before = failed.get(name);
    if (before !== undefined) throw new OciasmError("BUILD_FAILED", `not tried: ${before.message}`);
    try {
      return await read(file);
    } catch (error) {
      if (isOciasmError(error) && error.code === "BUILD_FAILED") failed.set(name, error);
      throw error;
    }
  };
  return {
    files: (name, from) => catalog.files(name, from),
    metadata: (file) => {
      if (file.filename.endsWith(".whl")) return catalog.metadata(file);
      const answer = known.get(file.url) ?? readUnlessHopeless(file);
      known.set(file.url, answer);
      return answer;
    },
    prefetch: (question) => {
      if (!("file" in question) || question.file.filename.endsWith(".whl")) catalog.prefetch?.(question);
    },
  };
}

async function promisedMetadata(
  sdist: LockedWheel,
  index: PackageIndex,
  deps: BuildDeps,
): Promise<Metadata | undefined> {
  const kept = await deps.store.get<{ readonly promised?: Metadata }>(BUCKET, sdist.sha256);
  if (kept !== undefined) return kept.promised;
  const tree = await openSdist(sdist, index, deps).read();
  const parsed = parseMetadata(textOf(tree, "PKG-INFO") ?? "");
  const promised = parsed.ok && isPromised(parsed.value) ? parsed.value : undefined;
  await deps.store.set(BUCKET, sdist.sha256, promised === undefined ? {} : { promised });
  return promised;
}

/** From 2.2 on, what is not named dynamic is what every wheel will say. */
function isPromised({ metadataVersion, dynamic }: Metadata): boolean {
  const [major = 0, minor = 0] = metadataVersion.split(".").map(Number);
  return (major > 2 || (major === 2 && minor >= 2)) && !DECIDING.some((field) => dynamic.includes(field));
}

async function builtMetadata(
  sdist: LockedWheel,
  builder: SourceBuilder,
  { target, within }: { readonly target: Target; readonly within: readonly string[] | undefined },
  deps: BuildDeps,
): Promise<Metadata> {
  const named = parseSdistName(sdist.filename);
  const asked = named.ok
    ? { name: named.value.name, version: formatVersion(named.value.version) }
    : { name: sdist.filename };
  const wheel = await builder.sdist(
    sdist,
    { ...asked, wayOut: WAY_OUT, ...(within === undefined ? {} : { within }) },
    target,
  );
  const blob = await deps.store.open(digestOfHex(wheel.sha256));
  try {
    return await zipMetadata(blob, wheel.filename);
  } finally {
    await blob.close();
  }
}

const WAY_OUT = "ask for a version that has wheels, or name a wheel of your own by --find-links";
