import { dirname, relative, resolve } from "node:path";
import { isOciasmError, OciasmError } from "../errors.ts";
import { isRequest } from "../input/request.ts";
import type { OciasmTable } from "../resolve/pylock-document.ts";
import type { BuildConfig } from "./config.ts";
import type { BuildDeps } from "./deps.ts";
import { type Input, inputContext } from "./input-files.ts";
import { inputStep } from "./input-step.ts";
import { inputsDigest } from "./inputs-digest.ts";
import { whyForeignIsOutdated } from "./lock-freshness.ts";
import type { BuildRequest } from "./prepare-step.ts";
import { refuseSolverFlags } from "./resolution-settings.ts";

type Deps = Pick<BuildDeps, "environment" | "report">;

/**
 * Holds a lock against what it was made from, as far as that is there. With --locked a lock that does not match is
 * LOCK_OUTDATED, without it a warning; with --frozen nobody looks. Flags for a resolver are USAGE beside a lock.
 */
export async function checkLock(input: Input | undefined, request: BuildRequest, deps: Deps): Promise<void> {
  const { trust, context } = request;
  if (input === undefined || isRequest(input)) {
    if (trust === "warn") return;
    throw new OciasmError("INPUT_NOT_FOUND", `--${trust} needs a lock, and there is none in ${context}`, {
      hint: "write one with `ociasm lock`",
    });
  }
  refuseSolverFlags(input, request.solverFlags);
  if (trust === "frozen") return;
  const reason =
    input.ociasm === undefined
      ? await whyForeignIsOutdated(input, context, inputContext(context, deps.environment))
      : await whyOursIsOutdated(input.file, input.ociasm, request, deps);
  if (reason === undefined) return;
  const message = `${relative(context, input.file) || input.file} is outdated: ${reason}`;
  const hint = input.ociasm === undefined ? "lock again with the tool that wrote it" : "run `ociasm lock`";
  if (trust === "locked") throw new OciasmError("LOCK_OUTDATED", message, { hint });
  deps.report({ type: "warning", message, hint });
}

/** The files that the lock names are read again: detection would find the lock itself. */
async function whyOursIsOutdated(
  file: string,
  { inputs, from, constraints, overrides, options }: OciasmTable,
  { context, config }: BuildRequest,
  deps: Deps,
): Promise<string | undefined> {
  if (from.length === 0) return undefined;
  const paths = (names: readonly string[]) => names.map((name) => resolve(dirname(file), name));
  const again = { ...askedAgain(config, options), requirements: paths(from) };
  const bounds = { constraints: paths(constraints), overrides: paths(overrides) };
  const found = await inputStep(
    { context, config: { ...again, ...bounds }, detected: {} },
    { ...deps, report: () => {} },
  ).catch((error: unknown) => {
    if (isOciasmError(error) && error.code === "INPUT_NOT_FOUND") return undefined;
    throw error;
  });
  if (found === undefined) return `${from.join(", ")}, which it was made from, is gone`;
  if ((await inputsDigest(found)) !== inputs) return `${from.join(", ")} changed since it was written`;
  return isRequest(found) ? undefined : whyForeignIsOutdated(found, context, inputContext(context, deps.environment));
}

/** The configuration, with the flags that the lock was made with. */
function askedAgain(
  { lock: _lock, requirements: _requirements, ...config }: BuildConfig,
  options: OciasmTable["options"],
): BuildConfig {
  const { resolution, prerelease, excludeNewer, noBinary } = options;
  return {
    ...config,
    ...(resolution === undefined ? {} : { resolution }),
    ...(prerelease === undefined ? {} : { prerelease }),
    ...(excludeNewer === undefined ? {} : { excludeNewer }),
    ...(noBinary === undefined ? {} : { noBinary }),
  };
}
