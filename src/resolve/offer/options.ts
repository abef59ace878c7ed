import type { RequirementsInput, ResolutionOptions } from "../../input/request.ts";
import type { UrlPin } from "../asked/url-pins.ts";

export interface ResolveOptions extends ResolutionOptions {
  /** Versions of an old lock or of the former target, by name: kept where they may be. */
  readonly preferences: ReadonlyMap<string, string>;
  /** Names, or `:all:`, of which no wheel may be used; nothing is built, so they can't be had. */
  readonly noBinary: readonly string[];
  /** Whether a package may be built where it has sources alone; nothing is where this is left out. */
  readonly mayBuild?: (name: string) => boolean;
  /** Wheels that were built of folders, archives and repositories that the user names (./asked/source-asks.ts), by name. */
  readonly built?: ReadonlyMap<string, UrlPin>;
  readonly signal?: AbortSignal;
}

/** What the user asks for when it is called, then what the project says, then uv's defaults. */
export function resolveOptions(
  input: Pick<RequirementsInput, "resolution" | "options">,
  called: Partial<ResolveOptions> = {},
): ResolveOptions {
  return {
    resolution: "highest",
    prerelease: input.options.pre ? "allow" : "if-necessary",
    preferences: new Map(),
    noBinary: input.options.noBinary,
    ...input.resolution,
    ...called,
  };
}
