import { OciasmError } from "../errors.ts";

/** image-spec, image-index.md: os and architecture in Go's words. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  /** Windows tells its images of one architecture apart by these; kept as they came, never compared. */
  readonly "os.version"?: string;
  readonly "os.features"?: readonly string[];
}

const PART = /^[a-z0-9][a-z0-9._-]*$/;

// What users and uname call them, as containerd's platforms package reads them.
const ARCHITECTURES: ReadonlyMap<string, readonly [architecture: string, variant?: string]> = new Map<
  string,
  readonly [string, string?]
>([
  ["x86_64", ["amd64"]],
  ["x86-64", ["amd64"]],
  ["aarch64", ["arm64"]],
  ["i386", ["386"]],
  ["i686", ["386"]],
  ["armhf", ["arm", "v7"]],
  ["armv7l", ["arm", "v7"]],
  ["armel", ["arm", "v6"]],
]);

// The machine part of wheel platform tags (PEP 600, 656) by architecture.
const MACHINES: ReadonlyMap<string, string> = new Map([
  ["amd64", "x86_64"],
  ["arm64", "aarch64"],
  ["386", "i686"],
  ["arm", "armv7l"],
  ["ppc64le", "ppc64le"],
  ["s390x", "s390x"],
  ["riscv64", "riscv64"],
  ["loong64", "loongarch64"],
]);

/** Reads "linux/arm64/v8", "linux/x86_64" or "arm64" (Linux understood), normalised. Throws USAGE. */
export function parsePlatform(text: string): Platform {
  const parts = text.trim().toLowerCase().split("/");
  if (parts.length > 3 || !parts.every((part) => PART.test(part))) {
    throw new OciasmError("USAGE", `not a platform: ${JSON.stringify(text.slice(0, 80))}`, {
      hint: "write it as linux/amd64 or linux/arm64",
    });
  }
  const [first = "", second, third] = parts;
  const platform = second === undefined ? { os: "linux", architecture: first } : { os: first, architecture: second };
  return normalisePlatform(third === undefined ? platform : { ...platform, variant: third });
}

/** The same platform in the words of the spec: aarch64 is arm64, arm64/v8 and amd64/v1 are the plain ones, arm is arm/v7. */
export function normalisePlatform(platform: Platform): Platform {
  const [architecture, implied] = ARCHITECTURES.get(platform.architecture) ?? [platform.architecture];
  const variant = normaliseVariant(architecture, platform.variant ?? implied ?? "");
  return variant === undefined ? { os: platform.os, architecture } : { os: platform.os, architecture, variant };
}

function normaliseVariant(architecture: string, variant: string): string | undefined {
  const named = /^\d/.test(variant) ? `v${variant}` : variant;
  if (architecture === "arm") return named === "" ? "v7" : named;
  if (architecture === "arm64" && (named === "v8" || named === "v8.0")) return undefined;
  if (architecture === "amd64" && named === "v1") return undefined;
  return named === "" ? undefined : named;
}

export function formatPlatform(platform: Platform): string {
  const base = `${platform.os}/${platform.architecture}`;
  return platform.variant === undefined ? base : `${base}/${platform.variant}`;
}

export function samePlatform(a: Platform, b: Platform): boolean {
  return formatPlatform(normalisePlatform(a)) === formatPlatform(normalisePlatform(b));
}

/**
 * How well an image for `offered` serves a machine that is `wanted`: 0 exactly, higher for an older variant
 * of the same architecture (arm/v6 runs on arm/v7, amd64 on amd64/v3), undefined when it does not run there.
 */
export function platformDistance(wanted: Platform, offered: Platform): number | undefined {
  const want = normalisePlatform(wanted);
  const offer = normalisePlatform(offered);
  if (want.os !== offer.os || want.architecture !== offer.architecture) return undefined;
  if (want.variant === offer.variant) return 0;
  const distance = level(want) - level(offer);
  return distance > 0 ? distance : undefined;
}

// v7 is 7, v8.2 is 8.2; the plain forms of arm64 and amd64 are their first levels; an unknown word fits nothing.
function level(platform: Platform): number {
  if (platform.variant === undefined) return platform.architecture === "arm64" ? 8 : 1;
  const digits = /^v(\d+(?:\.\d+)?)$/.exec(platform.variant)?.[1];
  return digits === undefined ? Number.NaN : Number(digits);
}

/** "x86_64" for amd64: the machine in wheel tags and in `platform_machine`. Throws USAGE for one that has no wheels. */
export function wheelMachine(platform: Platform): string {
  const { architecture, variant } = normalisePlatform(platform);
  const machine = architecture === "arm" && variant !== "v7" ? undefined : MACHINES.get(architecture);
  if (machine !== undefined) return machine;
  throw new OciasmError("USAGE", `no wheels are built for ${formatPlatform(platform)}`, {
    hint: `choose one of ${[...MACHINES.keys()].map((name) => `linux/${name}`).join(", ")}`,
  });
}

/** The Linux platform of a wheel tag's machine; undefined for one that is not known. */
export function platformOfMachine(machine: string): Platform | undefined {
  for (const [architecture, name] of MACHINES) {
    if (name === machine) return normalisePlatform({ os: "linux", architecture });
  }
  return undefined;
}
