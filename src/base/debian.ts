import { type DebianArchitecture, debianArchitecture } from "../debian/architecture.ts";
import { splitVersion } from "../debian/version.ts";
import { isOciasmError, OciasmError } from "../errors.ts";
import type { ImageConfig } from "../oci/config.ts";
import { type DebArchive, debArchives, snapshotId } from "../resolve/deb-archives.ts";
import { readAptSources } from "./apt-sources.ts";
import type { Base, BaseDeps, BaseFacts, BaseProvider, BaseRequest } from "./base.ts";
import { fetchDeb } from "./debian-fetch.ts";
import { readLibraries } from "./debian-libraries.ts";
import { debsNote, lockedResolution } from "./debian-locked.ts";
import type { DebPin } from "./debian-pin.ts";
import { debianRecipes, rootLinks, specialDirectories } from "./debian-recipes.ts";
import { type DebResolution, doubtResolution, type ResolveRequest, resolveDebs } from "./debian-resolve.ts";
import { type DebianSuite, readSuite } from "./debian-suite.ts";

const PREFIX = "deb:";

export interface DebianOptions {
  /** Where apt's sources are told on this host. */
  readonly aptFolder: string;
  /** Another folder of suite descriptions than the shipped one. */
  readonly layout?: URL;
}

/** `deb:SUITE`: a base assembled from Debian's signed packages, with no base image and no script run. */
export function createDebianProvider(options: DebianOptions): BaseProvider {
  return {
    name: "debian",
    matches: (spec) => spec.startsWith(PREFIX),
    open: async (spec, request, deps) => {
      const suite = await readSuite(spec.slice(PREFIX.length), deps.index, options.layout);
      const architecture = supported(spec, request);
      const archives = await chooseArchives(suite, architecture, request, options.aptFolder);
      const { system, without, noPython, offline, since } = request;
      const wanted: ResolveRequest = { suite, architecture, archives, system, without, noPython, offline, since };
      const debs = request.pins?.debs;
      const resolution = debs === undefined ? await resolveDebs(wanted, deps) : lockedResolution(debs, archives);
      return debianBase(spec, { wanted, request, resolution, deps });
    },
  };
}

export const debianProvider: BaseProvider = createDebianProvider({ aptFolder: "/etc/apt" });

interface Opened {
  readonly wanted: ResolveRequest;
  readonly request: BaseRequest;
  readonly resolution: DebResolution;
  readonly deps: BaseDeps;
}

function supported(spec: string, request: BaseRequest): DebianArchitecture {
  const architecture = debianArchitecture(request.platform);
  if (architecture !== undefined) return architecture;
  const { os, architecture: cpu, variant } = request.platform;
  const platform = [os, cpu, variant].filter((part) => part !== undefined).join("/");
  throw new OciasmError("BASE_MISMATCH", `${spec} is not made for ${platform}`, {
    hint: "choose linux/amd64 or linux/arm64, or a base image",
  });
}

async function chooseArchives(
  suite: DebianSuite,
  architecture: DebianArchitecture,
  request: BaseRequest,
  aptFolder: string,
): Promise<DebArchive[]> {
  return debArchives({
    suite: suite.suite,
    architecture: architecture.name,
    mirror: request.debMirror,
    snapshot: request.snapshot,
    apt: request.debMirror === undefined ? await readAptSources(aptFolder) : [],
    suites: suite.suites,
    securityBeside: suite.security === "beside",
  });
}

function debianBase(spec: string, opened: Opened): Base {
  const { request, resolution, deps } = opened;
  const { suite, architecture } = opened.wanted;
  const created = createdAt(opened);
  return {
    spec,
    platform: request.platform,
    layers: [],
    recipes: debianRecipes(resolution, { suite, architecture, codec: request.codec }),
    config: baseConfig(request),
    debs: debsNote(resolution, opened.wanted.archives, request.platform),
    facts: baseFacts(opened),
    libraries: () => readLibraries(suite, new Set(allPins(resolution).map((pin) => pin.name))),
    ...(created === undefined ? {} : { created }),
    fetchLayer: async (layer) => {
      throw new OciasmError("BUG", `${spec} has no layer ${layer.digest}`);
    },
    fetchSource: async (sha256, report, signal) => {
      const pin = allPins(resolution).find((one) => one.sha256 === sha256);
      if (pin === undefined) throw new OciasmError("BUG", `${spec} has no package sha256:${sha256}`);
      await provideDeb(pin, opened, { ...deps, report, signal });
    },
    close: async () => {},
  };
}

async function provideDeb(pin: DebPin, opened: Opened, deps: BaseDeps): Promise<void> {
  const title = `${pin.name} ${pin.version}`;
  if ((await deps.blobs.has(`sha256:${pin.sha256}`)) === pin.size) {
    deps.report({ type: "transfer", id: title, what: "deb", state: "reused", bytes: pin.size });
    return;
  }
  if (opened.request.offline) {
    throw new OciasmError("OFFLINE", `${title} is not in the cache`, { hint: "build once without --offline" });
  }
  const url = `${opened.wanted.archives[pin.archive]?.url}/${pin.filename}`;
  try {
    await fetchDeb({ url, sha256: pin.sha256, size: pin.size }, title, deps);
  } catch (error) {
    if (isOciasmError(error) && error.code === "MIRROR_ERROR") await doubtResolution(opened.wanted, deps);
    throw error;
  }
}

function baseConfig(request: BaseRequest): ImageConfig {
  const { platform } = request;
  return {
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    config: { Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"] },
    rootfs: { type: "layers", diff_ids: [] },
  };
}

/** Read from names and versions alone: no package is unpacked for it. */
function baseFacts({ wanted: { suite, architecture }, resolution }: Opened): BaseFacts {
  const { package: interpreter, minor } = suite.python;
  const executable = `/usr/bin/python${minor}`;
  return {
    ...(resolution.python.length === 0
      ? {}
      : { python: { version: upstream(resolution, interpreter), executable, freeThreaded: false } }),
    authorities: "/etc/ssl/certs/ca-certificates.crt",
    libc: { family: "glibc", version: upstream(resolution, suite.libc) },
    directories: specialDirectories(suite),
    links: rootLinks(suite, architecture),
    ...textOf(suite, "passwd"),
    ...textOf(suite, "group"),
  };
}

function textOf(suite: DebianSuite, name: "passwd" | "group"): { readonly passwd?: string; readonly group?: string } {
  const text = suite.files[`etc/${name}`]?.text;
  return text === undefined ? {} : { [name]: text };
}

/** "3.11.2" of "3.11.2-6+deb12u8". */
function upstream(resolution: DebResolution, name: string): string {
  const pin = allPins(resolution).find((one) => one.name === name);
  const version = /^\d+(?:\.\d+)+/.exec(splitVersion(pin?.version ?? "").upstream)?.[0];
  if (version !== undefined) return version;
  throw new OciasmError("BASE_INVALID", `${name} has no version: ${JSON.stringify(pin?.version)}`);
}

function allPins({ base, python, system }: DebResolution): readonly DebPin[] {
  return [...base, ...python, ...system];
}

/** The suite's own date: those of its pockets move daily, whether or not a package of this image does. */
function createdAt({ request, resolution }: Opened): string | undefined {
  if (request.snapshot !== undefined) {
    const [, year, month, day, hour, minute, second] =
      /^(....)(..)(..)T(..)(..)(..)Z$/.exec(snapshotId(request.snapshot)) ?? [];
    return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  }
  const date = resolution.releases[0]?.date;
  return date === undefined ? undefined : new Date(date * 1000).toISOString().replace(".000Z", "Z");
}
