import { join } from "node:path";
import type { Gate } from "../analyze/gates.ts";
import type { BuildResult, ImageResult } from "../build/result.ts";
import { parseCommandLine } from "../cli/args.ts";
import { ANALYZE } from "../cli/flags.ts";
import { limitFlag } from "../cli/limit-flag.ts";
import { formatLike } from "../cli/render/analysis.ts";
import { OciasmError } from "../errors.ts";
import { type Environment, listInput } from "./inputs.ts";
import { runVerb } from "./verb.ts";

/** How an image of one platform stands to one limit, in words for people. */
export interface Check {
  readonly platform: string;
  readonly name: string;
  readonly value: string;
  readonly limit: string;
  readonly passed: boolean;
}

export interface CheckRequest {
  /** An image argument. */
  readonly image: string;
  readonly result: BuildResult;
  /** Flags of `analyze` that set limits. */
  readonly limits: readonly string[];
  /** Folder for a page of each platform. */
  readonly report: string | undefined;
  readonly reach: readonly string[];
}

const NAMES = ANALYZE.flags.map(({ name }) => name).filter((name) => name.startsWith("max-"));

/** `max-size=4GB` as the flag of `ociasm analyze` that it is. Throws USAGE. */
export function limitWords(environment: Environment): readonly string[] {
  const limits = listInput(environment, "check", true).map((text) => {
    const name = text.split("=")[0]?.trim() ?? "";
    if (NAMES.includes(name) && text.includes("=")) return `--${name}=${text.slice(text.indexOf("=") + 1).trim()}`;
    throw new OciasmError("USAGE", `input check has no limit \`${text}\``, {
      hint: `write one of ${NAMES.join(", ")} with a value, such as max-size=500MB`,
    });
  });
  // Said before anything is built.
  sizeLimit(limits, environment);
  return limits;
}

/** Layers are read only where a limit or the report asks for what is in them. */
export async function checkImages(request: CheckRequest, environment: Environment): Promise<readonly Check[]> {
  const { limits, report, result } = request;
  if (report === undefined && limits.every((word) => word.startsWith("--max-size="))) {
    const size = sizeLimit(limits, environment);
    return size === undefined ? [] : result.images.map((image) => sizeCheck(image, size));
  }
  const checks: Check[] = [];
  for (const { platform } of result.images) {
    const page = report === undefined ? [] : [`--html=${join(report, `${platform.replaceAll("/", "-")}.html`)}`];
    const words = ["--quiet", `--platform=${platform}`, ...limits, ...page, ...request.reach];
    const { json } = await runVerb<{ readonly gates: readonly Gate[] }>(
      ["analyze", request.image, ...words],
      environment,
    );
    checks.push(...json.gates.map((gate) => inWords(platform, gate)));
  }
  return checks;
}

/** Undefined when all passed. */
export function checkFailure(checks: readonly Check[]): OciasmError | undefined {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return undefined;
  const texts = failed.map(
    ({ platform, name, value, limit }) => `${platform}: ${name} is ${value}, at most ${limit} is allowed`,
  );
  return new OciasmError("LIMIT_EXCEEDED", texts.join("; "), { hint: "`ociasm analyze` shows what takes the space" });
}

function sizeLimit(limits: readonly string[], environment: Environment): number | undefined {
  const { args } = parseCommandLine(["analyze", "image", ...limits], environment);
  for (const name of NAMES) limitFlag(args, name, name !== "max-size");
  const limit = limitFlag(args, "max-size", false);
  return limit !== undefined && "bytes" in limit ? limit.bytes : undefined;
}

function sizeCheck({ platform, size }: ImageResult, bytes: number): Check {
  return inWords(platform, { name: "size", value: size, limit: { bytes }, passed: size <= bytes });
}

function inWords(platform: string, { name, value, limit, passed }: Gate): Check {
  const most = formatLike(limit, "bytes" in limit ? limit.bytes : limit.share);
  return { platform, name, value: formatLike(limit, value), limit: most, passed };
}
