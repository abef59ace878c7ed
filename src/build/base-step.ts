import type { Base, BaseRequest } from "../base/base.ts";
import { openBase } from "../base/providers.ts";
import type { PythonArchive } from "../base/standalone-fetch.ts";
import type { CodecChoice } from "../layers/recipe.ts";
import { formatPlatform, type Platform } from "../oci/platform.ts";
import type { BaseNote } from "../resolve/pylock-document.ts";
import { baseDeps } from "./base-deps.ts";
import { basePins } from "./base-pins.ts";
import { chooseBase } from "./choose-base.ts";
import { chooseArchive, locatedArchive } from "./choose-python.ts";
import type { BuildConfig } from "./config.ts";
import type { BuildDeps } from "./deps.ts";
import type { Input } from "./input-files.ts";
import type { BuildRequest } from "./prepare-step.ts";

/** What has to be known to open the base of one platform. */
export interface BaseChoice {
  readonly request: Pick<BuildRequest, "context" | "config" | "detected">;
  readonly codec: CodecChoice;
  readonly input: Input | undefined;
  /** What a lock of ours knows of the base; followed where the same base is asked for. */
  readonly pinned: BaseNote | undefined;
  /** What a lock knew that is being upgraded: nothing older is taken. */
  readonly seen?: BaseNote | undefined;
}

/** Stands among the Debian packages for whatever the wheels' libraries need. */
const AUTO = "auto";

/** Whether the packages that wheels need are still to be found: a lock that was followed has them. */
export function wantsAuto({ request, pinned }: Pick<BaseChoice, "request" | "pinned">, base: Base): boolean {
  const { system } = request.config;
  if (system?.includes(AUTO) !== true) return false;
  const { pins } = basePins(base.spec, system, base.platform, pinned, chooseArchive(request, pinned));
  return pins === undefined;
}

/** Debian packages besides those that the configuration names, and what counts as there for them. */
export interface MorePackages {
  readonly names: readonly string[];
  readonly without?: readonly string[];
}

/** Opens what the image starts from. The caller closes it. */
export async function openBaseOf(
  choice: BaseChoice,
  platform: Platform,
  deps: BuildDeps,
  noteOf?: BaseRequest["noteOf"],
  more: MorePackages = { names: [] },
): Promise<Base> {
  const { request, codec, input, pinned } = choice;
  const name = chooseBase(request, input, pinned);
  const options = baseOptions(request.config);
  const archive = chooseArchive(request, pinned);
  const { spec, pins } = basePins(name, options.system, platform, pinned, archive);
  const since = sinceDate(choice.seen ?? pinned, name, platform);
  const told = {
    ...(since === undefined ? {} : { since }),
    ...(pins === undefined ? {} : { pins }),
    ...(noteOf === undefined ? {} : { noteOf }),
    ...(archive === undefined ? {} : { noPython: true }),
  };
  const system = [...options.system.filter((one) => one !== AUTO), ...more.names];
  const { without } = more;
  const wanted = without === undefined ? { system } : { system, without };
  const base = await baseStep(spec, { platform, codec, ...options, ...wanted, ...told }, deps);
  return archive === undefined ? base : withArchive(base, locatedArchive(archive, request.context), codec, deps);
}

async function withArchive(base: Base, archive: PythonArchive, codec: CodecChoice, deps: BuildDeps): Promise<Base> {
  try {
    const { withStandalonePython } = await import("../base/standalone.ts");
    return await withStandalonePython(base, archive, { codec, offline: deps.offline }, baseDeps(deps));
  } catch (error) {
    await base.close();
    throw error;
  }
}

function sinceDate(note: BaseNote | undefined, name: string, platform: Platform): number | undefined {
  return note?.name === name ? note.debs.find((one) => one.platform === formatPlatform(platform))?.date : undefined;
}

async function baseStep(spec: string, request: Omit<BaseRequest, "offline">, deps: BuildDeps): Promise<Base> {
  deps.report({ type: "phase", phase: "base", detail: spec });
  return openBase(spec, { ...request, offline: deps.offline }, baseDeps(deps));
}

function baseOptions({ system = [], debMirror, snapshot }: BuildConfig): {
  readonly system: readonly string[];
  readonly debMirror?: string;
  readonly snapshot?: string;
} {
  return {
    system,
    ...(debMirror === undefined ? {} : { debMirror }),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}
