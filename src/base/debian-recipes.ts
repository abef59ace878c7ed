import type { DebianArchitecture } from "../debian/architecture.ts";
import type {
  CodecChoice,
  DebSource,
  DirectorySource,
  GeneratedSource,
  LayerKind,
  LayerRecipe,
  LayerSource,
  LinkSource,
  TextSource,
} from "../layers/recipe.ts";
import type { DebPin } from "./debian-pin.ts";
import type { DebResolution } from "./debian-resolve.ts";
import type { DebianSuite, SuiteDirectory } from "./debian-suite.ts";
import { BASE_MTIME, NO_SCHEME } from "./recipe-defaults.ts";

const generated = (generator: string): GeneratedSource => ({ type: "generated", generator });

/** Made by src/assemble/deb-*.ts; the number goes up when the bytes may change. */
const STATUS = generated("dpkg-status/1");
const DIVERSIONS = generated("diversions/1");
const ALTERNATIVES = generated("alternatives/2");
const AUTHORITIES = generated("ca-certificates/1");
const JAVA_AUTHORITIES = generated("java-cacerts/1");
const LIBRARIES = generated("ld-so-cache/1");

export interface RecipeRequest {
  readonly suite: DebianSuite;
  readonly architecture: DebianArchitecture;
  readonly codec: CodecChoice;
}

/**
 * Base, interpreter, and what the user asked for, from bottom to top. The cache of libraries names all that lie in and
 * below its layer, so each of the upper two brings its own; the base does where no interpreter lies on it.
 */
export function debianRecipes(resolution: DebResolution, request: RecipeRequest): LayerRecipe[] {
  const { suite } = request;
  const { base, python, system } = resolution;
  const layer = (
    kind: LayerKind,
    title: string,
    pins: readonly DebPin[],
    more: readonly LayerSource[],
  ): LayerRecipe => ({
    kind,
    title: `${title} (${suite.suite})`,
    packages: pins.map((pin) => `${pin.name}=${pin.version}`),
    sources: [...pins.map((pin) => debSource(pin, suite)), ...more],
    scheme: NO_SCHEME,
    codec: request.codec,
    mtime: BASE_MTIME,
    directories: kind === "base" ? [] : specialDirectories(suite),
  });
  const below = (pins: readonly DebPin[]): DebSource[] =>
    pins.map((pin) => ({ ...debSource(pin, suite), below: true }));
  const own = python.length === 0 ? [LIBRARIES] : [];
  const recipes = [
    layer("base", "base system", base, [
      ...baseSources(request),
      STATUS,
      DIVERSIONS,
      ALTERNATIVES,
      AUTHORITIES,
      ...own,
    ]),
  ];
  if (python.length > 0) {
    const more = [...below(base), ...pythonLinks(suite), STATUS, DIVERSIONS, ALTERNATIVES, LIBRARIES];
    recipes.push(layer("python", suite.python.package, python, more));
  }
  if (system.length > 0) {
    const java = system.some(({ name }) => name === "ca-certificates-java") ? [JAVA_AUTHORITIES] : [];
    const more = [...below([...base, ...python]), STATUS, DIVERSIONS, ALTERNATIVES, ...java, LIBRARIES];
    recipes.push(layer("system", "system packages", system, more));
  }
  return recipes;
}

/** Directories whose attributes are not 0755 0:0, of the base layer. */
export function specialDirectories(suite: DebianSuite): DirectorySource[] {
  return [...suite.directories, ...suite.special]
    .map(directorySource)
    .filter((directory) => directory.mode !== 0o755 || directory.uid !== undefined || directory.gid !== undefined);
}

/** The links of a merged /usr (and /var/run), by path. */
export function rootLinks(suite: DebianSuite, architecture: DebianArchitecture): Readonly<Record<string, string>> {
  return architecture.loader.startsWith("lib64/") ? { ...suite.links, lib64: "usr/lib64" } : suite.links;
}

function debSource(pin: DebPin, suite: DebianSuite): DebSource {
  return {
    type: "deb",
    package: pin.name,
    version: pin.version,
    architecture: pin.architecture,
    filename: pin.filename.slice(pin.filename.lastIndexOf("/") + 1),
    sha256: pin.sha256,
    size: pin.size,
    exclude: suite.drop,
  };
}

function baseSources(request: RecipeRequest): LayerSource[] {
  const { suite } = request;
  const links = Object.entries(rootLinks(suite, request.architecture)).map(([path, target]) => link(path, target));
  const files = Object.entries(suite.files).map(([path, { link: target, text }]): LinkSource | TextSource =>
    target === undefined ? { type: "text", path, mode: 0o644, text: text ?? "" } : link(path, target),
  );
  return [...[...suite.directories, ...suite.special].map(directorySource), ...links, ...files];
}

function pythonLinks(suite: DebianSuite): LinkSource[] {
  return [link("usr/bin/python", "python3"), link("usr/bin/python3", `python${suite.python.minor}`)];
}

function link(path: string, target: string): LinkSource {
  return { type: "symlink", path, target };
}

function directorySource({ path, mode, uid, gid }: SuiteDirectory): DirectorySource {
  return {
    type: "directory",
    path,
    mode: Number.parseInt(mode, 8),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
}
