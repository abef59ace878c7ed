import type { PythonArchive } from "../base/standalone-fetch.ts";
import { OciasmError } from "../errors.ts";
import { shellWords } from "../input/shell-words.ts";
import { type BuildConfig, present } from "./config.ts";
import {
  BYTECODE_SCOPES,
  EXCLUDE_NEWER,
  INDEX_STRATEGIES,
  PLATFORM,
  PRERELEASES,
  PYTHON,
  RESOLUTIONS,
  type Read,
  readCompression,
  readHealthcheck,
  readLibc,
  readPythonArchive,
  SNAPSHOT,
} from "./config-values.ts";

/** What the command line says, as text; the OCIASM_… twins of the environment are in it already. */
export interface BuildFlags {
  readonly base?: string;
  readonly platform?: readonly string[];
  readonly python?: string;
  readonly libc?: string;
  readonly lock?: string;
  readonly requirement?: readonly string[];
  readonly constraint?: readonly string[];
  readonly override?: readonly string[];
  readonly group?: readonly string[];
  readonly extra?: readonly string[];
  readonly allExtras?: boolean;
  readonly package?: string;
  readonly resolution?: string;
  readonly prerelease?: string;
  readonly excludeNewer?: string;
  readonly noBinary?: readonly string[];
  readonly onlyBinary?: readonly string[];
  readonly noBuild?: boolean;
  readonly installProject?: boolean;
  readonly indexStrategy?: string;
  readonly noDev?: boolean;
  readonly system?: readonly string[];
  readonly debMirror?: string;
  readonly snapshot?: string;
  readonly indexUrl?: string;
  readonly extraIndexUrl?: readonly string[];
  readonly findLinks?: readonly string[];
  readonly noIndex?: boolean;
  readonly trustedHost?: readonly string[];
  readonly maxLayers?: number;
  readonly layerPolicy?: string;
  readonly compression?: string;
  readonly sourceDateEpoch?: string;
  readonly entrypoint?: string;
  readonly cmd?: string;
  readonly env?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly expose?: readonly string[];
  readonly volume?: readonly string[];
  readonly label?: readonly string[];
  readonly annotation?: readonly string[];
  readonly stopSignal?: string;
  readonly healthcheck?: string;
  readonly tag?: readonly string[];
  readonly output?: readonly string[];
  readonly cacheFrom?: readonly string[];
  readonly bytecode?: string;
  readonly noRegistryCache?: boolean;
  readonly insecureRegistry?: readonly string[];
}

/**
 * Flag, then environment, then file, value by value. A list replaces a list; of env, labels and annotations each
 * name is decided by itself. A flag that names a lock or requirements sets the file's aside. Throws USAGE.
 */
export function mergeSettings(
  flags: BuildFlags,
  environment: Readonly<Record<string, string | undefined>>,
  file: BuildConfig,
): BuildConfig {
  const namesInput = flags.lock !== undefined || flags.requirement !== undefined;
  const { lock: _lock, requirements: _requirements, ...others } = file;
  const epoch = flags.sourceDateEpoch ?? nonEmpty(environment["SOURCE_DATE_EPOCH"]);
  return {
    ...(namesInput ? others : file),
    ...present<BuildConfig>({
      base: flags.base,
      platforms: flags.platform?.map((platform) => matched("platform", platform, PLATFORM, "such as linux/arm64")),
      python: flags.python === undefined ? undefined : pythonOf(flags.python),
      libc: flags.libc === undefined ? undefined : read("libc", readLibc(flags.libc)),
      lock: flags.lock,
      requirements: flags.requirement,
      constraints: flags.constraint,
      overrides: flags.override,
      groups: flags.group,
      extras: flags.extra,
      allExtras: flags.allExtras,
      package: flags.package,
      resolution: oneOf("resolution", flags.resolution, RESOLUTIONS),
      prerelease: oneOf("prerelease", flags.prerelease, PRERELEASES),
      excludeNewer: optional(
        "exclude-newer",
        flags.excludeNewer,
        EXCLUDE_NEWER,
        "a date such as 2026-01-31, or RFC 3339",
      ),
      noBinary: flags.noBinary,
      onlyBinary: flags.onlyBinary,
      noBuild: flags.noBuild,
      installProject: flags.installProject,
      defaultGroups: flags.noDev === true ? false : undefined,
      system: flags.system,
      debMirror: flags.debMirror,
      snapshot: optional("snapshot", flags.snapshot, SNAPSHOT, "such as 20261101T000000Z"),
      indexUrl: flags.indexUrl,
      extraIndexUrl: flags.extraIndexUrl,
      findLinks: flags.findLinks,
      noIndex: flags.noIndex,
      trustedHost: flags.trustedHost,
      indexStrategy: oneOf("index-strategy", flags.indexStrategy, INDEX_STRATEGIES),
      entrypoint: command("entrypoint", flags.entrypoint),
      inheritEntrypoint: flags.entrypoint === undefined ? undefined : false,
      cmd: command("cmd", flags.cmd) ?? (flags.entrypoint === undefined ? undefined : []),
      env: merged(file.env, pairs("env", flags.env)),
      user: flags.user,
      workdir: optional("workdir", flags.workdir, /^\//, "an absolute path"),
      labels: merged(file.labels, pairs("label", flags.label)),
      annotations: merged(file.annotations, pairs("annotation", flags.annotation)),
      expose: flags.expose,
      volumes: flags.volume,
      stopSignal: flags.stopSignal,
      healthcheck: flags.healthcheck === undefined ? undefined : readHealthcheck(flags.healthcheck),
      created: optional("source-date-epoch", epoch, /^\d{1,12}$/, "seconds since 1970"),
      compression:
        flags.compression === undefined ? undefined : read("compression", readCompression(flags.compression)),
      layers: layersOf(flags, file),
      tags: flags.tag,
      outputs: flags.output,
      cacheFrom: flags.cacheFrom,
      bytecode: oneOf("bytecode", flags.bytecode, BYTECODE_SCOPES),
      registryCache: flags.noRegistryCache === true ? false : undefined,
      insecureRegistries: flags.insecureRegistry,
    }),
  };
}

function layersOf(flags: BuildFlags, file: BuildConfig): BuildConfig["layers"] {
  if (flags.maxLayers === undefined && flags.layerPolicy === undefined) return undefined;
  return {
    ...file.layers,
    ...present<NonNullable<BuildConfig["layers"]>>({
      budget: flags.maxLayers,
      policy: flags.layerPolicy,
      floor: file.layers?.floor,
      groups: file.layers?.groups,
    }),
  };
}

/** A JSON array, or words as a shell splits them. */
function command(flag: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  if (text.trimStart().startsWith("[")) {
    const value = parseJson(text);
    if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value;
    throw usage(flag, "must be a JSON array of strings, or words");
  }
  const words = shellWords(text);
  if (words === undefined) throw usage(flag, "has an open quote");
  return words.map((word) => word.text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pairs(flag: string, texts: readonly string[] | undefined): Readonly<Record<string, string>> | undefined {
  if (texts === undefined) return undefined;
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf("=");
      if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
      throw usage(flag, `takes NAME=VALUE, not \`${text}\``);
    }),
  );
}

function merged<T extends Readonly<Record<string, string>>>(file: T | undefined, flags: T | undefined): T | undefined {
  return flags === undefined ? undefined : { ...file, ...flags };
}

function optional(flag: string, text: string | undefined, pattern: RegExp, wanted: string): string | undefined {
  return text === undefined ? undefined : matched(flag, text, pattern, wanted);
}

function pythonOf(text: string): string | PythonArchive {
  return PYTHON.test(text) ? text : read("python", readPythonArchive(text));
}

function oneOf<T extends string>(flag: string, text: string | undefined, choices: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw usage(flag, `takes ${choices.join(", ")}, not \`${text}\``);
}

function matched(flag: string, text: string, pattern: RegExp, wanted: string): string {
  if (pattern.test(text)) return text;
  throw usage(flag, `must be ${wanted}, not \`${text}\``);
}

function read<T extends object>(flag: string, result: Read<T>): T {
  if (typeof result === "string") throw usage(flag, result);
  return result;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

function usage(flag: string, problem: string): OciasmError {
  return new OciasmError("USAGE", `--${flag} ${problem}`);
}
