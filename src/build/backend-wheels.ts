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
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";

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

/** The pure wheels that meet a build's requirements, sorted by name, in the store. Throws BUILD_FAILED where there are none. */
export async function resolveBackend(
  requires: readonly string[],
  target: Target,
  label: string,
  index: PackageIndex,
  deps: BuildDeps,
): Promise<readonly BackendWheel[]> {
  const file = `[build-system] of ${label}`;
  const request = newRequest({
    format: "pyproject.toml",
    file,
    requirements: requires.map((text) => askedOf(text, file)),
  });
  const choice = { extras: [], groups: [], noDefaultGroups: false };
  const options = { ...resolveOptions(request), signal: deps.signal };
  const set = await resolveRequirements(request, choice, target, pureOnly(index.catalog), options).catch(
    (error: unknown) => {
      throw error instanceof OciasmError && error.code === "UNSATISFIABLE" ? notToBeHad(label, error) : error;
    },
  );
  const wheels: BackendWheel[] = [];
  for (const { name, version, file: found } of set.packages) {
    const wheel = await pinFile(found, { ...deps, index: index.client, authorize: index.authorize });
    await index.fetch(wheel, deps.signal);
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

function notToBeHad(label: string, error: OciasmError): OciasmError {
  return new OciasmError("BUILD_FAILED", `${label} can't be built: no pure Python wheels meet its build requirements`, {
    cause: error,
    hint: error.message,
  });
}
