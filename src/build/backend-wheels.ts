import { createSourceFiles } from "../assemble/source-files.ts";
import { rawEntry, readMember, readWheelContents } from "../assemble/wheel-members.ts";
import { OciasmError } from "../errors.ts";
import { newRequest } from "../input/new-request.ts";
import type { Asked } from "../input/request.ts";
import { planInstall } from "../install/plan-install.ts";
import { type SandboxFile, SITE } from "../interpreter/build-protocol.ts";
import type { InstallScheme } from "../layers/recipe.ts";
import { digestOfHex } from "../oci/digest.ts";
import { pinFile } from "../pypi/pin.ts";
import { parseRequirement } from "../python/requirement.ts";
import type { Target } from "../python/target.ts";
import type { Catalog } from "../resolve/catalog.ts";
import type { LockedWheel } from "../resolve/lock.ts";
import { resolveOptions } from "../resolve/offer/options.ts";
import { resolveRequirements } from "../resolve/resolve.ts";
import { buildingCatalog } from "./building-catalog.ts";
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";
import type { SourceBuilder } from "./source-builder.ts";

/** A wheel that a build is given. */
export interface BackendWheel {
  readonly name: string;
  readonly version: string;
  readonly wheel: LockedWheel;
}

/** Where wheels go in the sandbox. Nothing there is started by its script. */
const SCHEME: InstallScheme = {
  name: "sandbox",
  site: SITE,
  scripts: "env/bin",
  headers: "env/include",
  data: "env",
  interpreter: "/env/bin/python",
  links: {},
};

const MAX_FILE = 2 ** 28;
const PURE = /-none-any\.whl$/;

/** What is built with them. */
export interface BackendUser {
  /** For messages. */
  readonly label: string;
  readonly wayOut: string;
  /** Python in the sandbox. */
  readonly target: Target;
  /** Names of the packages that are being built, the outermost first, this one last. */
  readonly within: readonly string[];
}

/** How many builds may wait for each other. */
const MAX_DEPTH = 6;

/**
 * The pure wheels that meet a build's requirements, sorted by name, in the store; one that an index has as sources alone
 * is built. Throws BUILD_FAILED where there are none, or where a package is needed for its own build.
 */
export async function resolveBackend(
  requires: readonly string[],
  { label, wayOut, target, within }: BackendUser,
  { index, builder }: { readonly index: PackageIndex; readonly builder: SourceBuilder },
  deps: BuildDeps,
): Promise<readonly BackendWheel[]> {
  const file = `[build-system] of ${label}`;
  const request = newRequest({
    format: "pyproject.toml",
    file,
    requirements: requires.map((text) => askedOf(text, file)),
  });
  const choice = { extras: [], groups: [], noDefaultGroups: false };
  const again = new Set<string>();
  const mayBuild = (name: string): boolean => {
    if (within.includes(name)) again.add(name);
    return within.length < MAX_DEPTH && !within.includes(name) && builder.allows(name);
  };
  const options = { ...resolveOptions(request), mayBuild, signal: deps.signal };
  const pure = { ...index, catalog: { ...index.catalog, ...pureOnly(index.catalog) } };
  const catalog = buildingCatalog(pure, builder, target, deps, within);
  const set = await resolveRequirements(request, choice, target, catalog, options).catch((error: unknown) => {
    if (!(error instanceof OciasmError) || error.code !== "UNSATISFIABLE") throw error;
    const [first] = again;
    throw first === undefined ? notToBeHad(label, error) : circle(label, [...within, first], error);
  });
  const wheels: BackendWheel[] = [];
  for (const { name, version, file: found } of set.packages) {
    const pinned = await pinFile(found, { ...deps, index: index.client, authorize: index.authorize });
    const isWheel = found.filename.endsWith(".whl");
    const wheel = isWheel ? pinned : await builder.sdist(pinned, { name, version, wayOut, within }, target);
    if (isWheel) await index.fetch(wheel, deps.signal);
    wheels.push({ name, version, wheel });
  }
  return wheels;
}

/** The files of wheels as they lie in the sandbox. */
export async function unpackWheels(wheels: readonly BackendWheel[], deps: BuildDeps): Promise<readonly SandboxFile[]> {
  const files = createSourceFiles();
  try {
    const all: SandboxFile[] = [];
    for (const { name, version, wheel } of wheels) {
      const { filename, sha256, size } = wheel;
      const source = files.file(deps.store.path(digestOfHex(sha256)));
      const contents = await readWheelContents(source, { type: "wheel", name, version, filename, sha256, size });
      for (const { path, mode, content } of planInstall(contents, SCHEME).files) {
        if (content.from === "text")
          all.push({ path: `/${path}`, mode, bytes: new TextEncoder().encode(content.text) });
        if (content.from !== "zip") continue;
        all.push({
          path: `/${path}`,
          mode,
          bytes: await readMember(rawEntry(source, content.entry, filename), MAX_FILE),
        });
      }
    }
    return all;
  } finally {
    files.close();
  }
}

function askedOf(text: string, file: string): Asked {
  const parsed = parseRequirement(text);
  const location = { file, line: 1, column: 1 };
  if (parsed.ok && parsed.value.url === undefined) return { requirement: parsed.value, text, location, sha256: [] };
  const problem = parsed.ok ? "names a URL, and a build gets its tools from the index alone" : parsed.message;
  throw new OciasmError("BUILD_FAILED", `${file} asks for ${JSON.stringify(text)}: ${problem}`);
}

/** Python in the sandbox can load no compiled module that was made for another machine. */
function pureOnly(catalog: Catalog): Catalog {
  return {
    files: async (name, index) =>
      (await catalog.files(name, index))?.filter(({ filename }) => !filename.endsWith(".whl") || PURE.test(filename)),
    metadata: (file) => catalog.metadata(file),
  };
}

function circle(label: string, names: readonly string[], cause: OciasmError): OciasmError {
  return new OciasmError("BUILD_FAILED", `${label} can't be built: ${names.join(" needs ")} to be built`, {
    cause,
    hint: "name a wheel of one of them by --find-links",
  });
}

function notToBeHad(label: string, error: OciasmError): OciasmError {
  return new OciasmError("BUILD_FAILED", `${label} can't be built: no pure Python wheels meet its build requirements`, {
    cause: error,
    hint: error.message,
  });
}
