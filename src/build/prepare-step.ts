import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { codecNamed } from "../codec/codecs.ts";
import type { Destination } from "../destination/destination.ts";
import { openDestination } from "../destination/destinations.ts";
import { parseOutputSpec } from "../destination/output-spec.ts";
import { OciasmError } from "../errors.ts";
import type { ImageSettings } from "../image/settings.ts";
import { newRequest } from "../input/new-request.ts";
import { isRequest } from "../input/request.ts";
import type { LeftOut } from "../install/left-out.ts";
import type { CodecChoice } from "../layers/recipe.ts";
import { type Platform, parsePlatform } from "../oci/platform.ts";
import { parseTagged } from "../oci/reference.ts";
import type { BaseNote } from "../resolve/pylock-document.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import { checkCacheNames } from "./cache-requests.ts";
import { type BuildConfig, imageSettings } from "./config.ts";
import type { BuildDeps } from "./deps.ts";
import type { Detected } from "./detect.ts";
import { parseEnvFile } from "./env-file.ts";
import type { Input } from "./input-files.ts";
import { inputStep } from "./input-step.ts";
import { type LayoutData, readLayoutData } from "./layout-data.ts";
import { checkLock } from "./lock-check.ts";
import { openPackages, type Packages } from "./packages.ts";
import { type Project, projectStep } from "./project-step.ts";

/** 1980-01-01, the earliest date that zip and every tar reader agree on. */
export const DEFAULT_MTIME = 315_532_800;

/** What a person asked for: the command line, the configuration and what was found in the context. */
export interface BuildRequest {
  /** Absolute. */
  readonly context: string;
  readonly config: BuildConfig;
  readonly detected: Detected;
  readonly noCache: boolean;
  /** How far a lock is believed. */
  readonly trust: LockTrust;
  /** Names of flags that were given and that only a resolver follows. */
  readonly solverFlags: readonly string[];
}

/** "locked" fails where a lock does not match what it was made from, "frozen" does not look, "warn" says so. */
export type LockTrust = "warn" | "locked" | "frozen";

/** The request with everything read that does not depend on a platform. */
export interface Prepared {
  readonly request: BuildRequest;
  readonly platforms: readonly Platform[];
  readonly input: Input | undefined;
  /** Where the packages come from; undefined where nothing asks for any. */
  readonly packages: Packages | undefined;
  /** What the lock says of the base. */
  readonly pinned: BaseNote | undefined;
  readonly layout: LayoutData;
  readonly codec: CodecChoice;
  readonly project: Project;
  readonly settings: ImageSettings;
  readonly leftOut: readonly LeftOut[];
  readonly mtime: number;
  readonly projectMtime: number;
  /** SOURCE_DATE_EPOCH or `created`, in seconds. */
  readonly epoch: string | undefined;
  readonly destinations: readonly Destination[];
}

/** Throws USAGE, CONFIG_INVALID, INPUT_… and PROJECT_INVALID before anything is fetched. */
export async function prepareStep(request: BuildRequest, deps: BuildDeps): Promise<Prepared> {
  const { config, context, detected } = request;
  const destinations = destinationsOf(config);
  const platforms =
    config.platforms === undefined ? await defaultPlatforms(destinations, deps) : platformsOf(config.platforms);
  deps.report({ type: "note", message: detected.summary });
  for (const message of detected.warnings) deps.report({ type: "warning", message });
  const outputs = config.outputs ?? [];
  const found = await inputStep({ context, config, detected }, deps);
  // The index is asked for what the project is built with, though it needs nothing to run.
  const bare =
    config.installProject === true
      ? newRequest({ format: "pyproject.toml", file: join(context, "pyproject.toml") })
      : undefined;
  const input = found ?? bare;
  await checkLock(input, request, deps);
  const layout = await layoutOf(config, context, deps.store);
  const epoch = epochOf(config.created);
  return {
    request,
    platforms,
    input,
    packages:
      input === undefined ? undefined : await openPackages({ context, config, input, project: detected.project }, deps),
    pinned: input === undefined || isRequest(input) ? undefined : input.ociasm?.base,
    layout,
    codec: await codecOf(config),
    project: await projectStep({ context, config, detected, scheme: layout.scheme, outputs: pathsOf(outputs) }, deps),
    settings: await settingsOf(request),
    leftOut: leftOutOf(config),
    mtime: DEFAULT_MTIME,
    projectMtime: epoch === undefined ? DEFAULT_MTIME : Number(epoch),
    epoch,
    destinations,
  };
}

function leftOutOf({ conflicts = [], leaveOut = [] }: BuildConfig): readonly LeftOut[] {
  return [...conflicts.map(({ over, paths }) => ({ packages: over, paths })), ...leaveOut];
}

export function platformsOf(texts: readonly string[] = ["linux/amd64"]): readonly Platform[] {
  const platforms = new Map(texts.map((text) => [JSON.stringify(parsePlatform(text)), parsePlatform(text)]));
  for (const { os } of platforms.values()) {
    if (os !== "linux") throw new OciasmError("USAGE", `images are made for linux, not for ${os}`);
  }
  return [...platforms.values()];
}

/** An engine's own where the image is loaded into one. */
async function defaultPlatforms(destinations: readonly Destination[], deps: BuildDeps): Promise<readonly Platform[]> {
  for (const destination of destinations) {
    const platform = await destination.platform?.(deps);
    if (platform !== undefined) return [platform];
  }
  return platformsOf();
}

/** What can't be written is said before anything is built. */
function destinationsOf({ outputs = [], tags = [], cacheFrom = [] }: BuildConfig): readonly Destination[] {
  for (const tag of tags) parseTagged(tag);
  checkCacheNames(cacheFrom);
  if (tags.length === 0 && outputs.some(pushesTags)) {
    throw new OciasmError("USAGE", "an image without a name can't be pushed", {
      hint: "name it with -t HOST/NAME:TAG",
    });
  }
  return outputs.map(openDestination);
}

function pushesTags(text: string): boolean {
  const { type, name } = parseOutputSpec(text);
  return (type === "registry" || type === "image") && name === undefined;
}

async function layoutOf(config: BuildConfig, context: string, index: KeyIndex): Promise<LayoutData> {
  const { policy: name = "auto", groups = [], pin = [], order = [], ...figures } = config.layers ?? {};
  const shipped = await readLayoutData(name, context, index);
  const { policy } = shipped;
  return {
    ...shipped,
    policy: {
      ...policy,
      ...figures,
      groups: [...groups, ...policy.groups],
      pin: [...pin, ...policy.pin],
      order: [...order, ...policy.order],
    },
  };
}

export async function codecOf({ compression }: BuildConfig): Promise<CodecChoice> {
  const codec = codecNamed(compression?.name ?? "gzip");
  const level = compression?.level ?? codec.defaultLevel;
  const fingerprint = codec.fingerprint(level);
  await codec.ready?.();
  return { name: codec.name, level, fingerprint };
}

async function settingsOf({ config, context, detected }: BuildRequest): Promise<ImageSettings> {
  const settings = await readSettings(config, context);
  const detects = settings.entrypoint === undefined && config.inheritEntrypoint !== true;
  return { ...settings, ...(detects ? { entrypoint: detected.entrypoint.command } : {}) };
}

/** What the configuration says of the image itself; files of variables are read below `folder`. */
export async function readSettings(config: BuildConfig, folder: string): Promise<ImageSettings> {
  const settings = imageSettings(config);
  const env: Record<string, string> = {};
  for (const file of config.envFile ?? []) {
    Object.assign(env, parseEnvFile(file, await readFile(resolve(folder, file), "utf8")));
  }
  Object.assign(env, settings.env);
  return { ...settings, ...(Object.keys(env).length === 0 ? {} : { env }) };
}

/** SOURCE_DATE_EPOCH as text, of either. */
export function epochOf(created: string | undefined): string | undefined {
  if (created === undefined || /^\d+$/.test(created)) return created;
  return String(Math.floor(Date.parse(created) / 1000));
}

function pathsOf(specs: readonly string[]): readonly string[] {
  return specs.flatMap((spec) => {
    const { dest } = parseOutputSpec(spec);
    return dest === undefined || dest === "-" ? [] : [dest];
  });
}
