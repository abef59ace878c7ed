import type { PythonArchive } from "../base/standalone-fetch.ts";
import type { HealthcheckSettings } from "../image/settings.ts";
import type { Prerelease, Resolution } from "../input/request.ts";
import type { BytecodeScope } from "../layers/bytecode-scope.ts";
import { LEAST_LAYER_SIZE } from "../layers/limits.ts";
import { packagePattern } from "../layers/package-pattern.ts";
import type { TargetLibc } from "../python/target.ts";
import type { CompressionConfig, IndexStrategy } from "./config.ts";

/** A failed reading says what is wanted, so that it can follow the key or the flag: "must be …". */
export type Read<T> = T | string;

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1000,
  m: 1000 ** 2,
  g: 1000 ** 3,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
};

/** A standalone Python as "https://…/NAME.tar.gz#sha256=HEX". */
export function readPythonArchive(text: string): Read<PythonArchive> {
  const [, url, sha256] = /^((?:https?:|file:|\/).+)#sha256=([0-9a-f]{64})$/i.exec(text) ?? [];
  if (url !== undefined && sha256 !== undefined) return { url, sha256: sha256.toLowerCase() };
  return "must be a version such as 3.12, or an archive as URL#sha256=HEX";
}

/** "1048576", "1MiB", "10 MB". */
export function readBytes(text: string): Read<number> {
  const match = /^(\d{1,15})\s*(?:([kmg]i?)?b?)$/i.exec(text.trim());
  const bytes = match === null ? Number.NaN : Number(match[1]) * (UNITS[(match[2] ?? "").toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : "must be a size such as 10MiB";
}

/** "1GiB". */
export function readLayerSize(text: string): Read<number> {
  const bytes = readBytes(text);
  return typeof bytes === "number" && bytes < LEAST_LAYER_SIZE ? "must be 1MiB or more" : bytes;
}

/** "nvidia-*", "@pip//torch". */
export function readPatterns(texts: readonly string[]): Read<readonly string[]> {
  const patterns = texts.map(packagePattern);
  const wrong = patterns.indexOf(undefined);
  if (wrong < 0) return patterns.filter((pattern) => pattern !== undefined);
  return `has ${JSON.stringify(texts[wrong])}, which is no pattern of package names, such as nvidia-*`;
}

/** "glibc:2.36". */
export function readLibc(text: string): Read<TargetLibc> {
  const match = /^(glibc|musl):(\d{1,3}\.\d{1,3})$/.exec(text);
  if (match === null) return "must be such as glibc:2.36 or musl:1.2";
  return { family: match[1] === "musl" ? "musl" : "glibc", version: match[2] ?? "" };
}

/** "zstd", "gzip,level=9". */
export function readCompression(text: string): Read<CompressionConfig> {
  const match = /^(gzip|zstd|none)(?:,level=(\d{1,2}))?$/.exec(text);
  if (match === null) return "must be gzip, zstd or none, with ,level=N";
  const name = match[1] === "zstd" || match[1] === "none" ? match[1] : "gzip";
  return { name, ...(match[2] === undefined ? {} : { level: Number(match[2]) }) };
}

/** A Docker health check: a command for the shell, "none", or an http: URL. */
export function readHealthcheck(text: string): HealthcheckSettings {
  return { test: /^none$/i.test(text) ? "NONE" : text };
}

/** "1000", "1000:0". */
export function readOwner(text: string): Read<{ readonly uid: number; readonly gid: number }> {
  const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text);
  if (match === null) return "must be numbers: UID or UID:GID";
  return { uid: Number(match[1]), gid: Number(match[2] ?? match[1]) };
}

/** "0644" as permission bits. */
export function readMode(text: string): Read<number> {
  return /^0?o?[0-7]{3,4}$/.test(text) ? Number.parseInt(text.replace(/^0?o/, ""), 8) : "must be octal, such as 0644";
}

export const RESOLUTIONS: readonly Resolution[] = ["highest", "lowest", "lowest-direct"];
export const PRERELEASES: readonly Prerelease[] = ["if-necessary", "allow", "disallow", "explicit"];
export const INDEX_STRATEGIES: readonly IndexStrategy[] = ["first-index", "all"];
export const BYTECODE_SCOPES: readonly (BytecodeScope | "none")[] = ["all", "entry", "stdlib", "none"];
/** A date, or RFC 3339. */
export const EXCLUDE_NEWER: RegExp = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;
export const PLATFORM: RegExp = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/;
export const PYTHON: RegExp = /^3\.\d{1,3}(?:\.\d{1,3})?(?:(?:a|b|rc)\d+)?t?$/;
/** The largest uid and gid that a file or an account may have. */
export const MAX_ID = 4_294_967_294;
export const SHA256: RegExp = /^[0-9a-f]{64}$/;
export const SNAPSHOT: RegExp = /^\d{8}T\d{6}Z$/;
