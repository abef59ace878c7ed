/** The parts of ociasm for programs: what the command line is made of. */
export type { BuildConfig } from "./build/config.ts";
export type { BuildDeps } from "./build/deps.ts";
export { detect } from "./build/detect.ts";
export { type DepsOptions, type OpenDeps, openDeps } from "./build/open-deps.ts";
export { type Built, build, planImage } from "./build/pipeline.ts";
export { type BuildRequest, type Prepared, prepareStep } from "./build/prepare-step.ts";
export { readConfig } from "./build/read-config.ts";
export { buildResult, planResult } from "./build/report-result.ts";
export type { BuildResult, ImageResult, LayerResult } from "./build/result.ts";
export { openDestination } from "./destination/destinations.ts";
export { type ErrorCode, exitCode, OciasmError } from "./errors.ts";
export type { BuildEvent, Report } from "./events.ts";
