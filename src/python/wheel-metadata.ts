import { parseHeaders } from "./headers.ts";
import { type Parsed, parsed, problem } from "./parsed.ts";
import { strip } from "./whitespace.ts";

/** What `*.dist-info/WHEEL` says (PEP 427). */
export interface WheelFile {
  readonly wheelVersion: { readonly major: number; readonly minor: number };
  readonly rootIsPurelib: boolean;
  /** Not expanded. The file name's tags decide; these may differ. */
  readonly tags: readonly string[];
  readonly build?: string;
  readonly generator?: string;
  /** What a person should hear: a newer minor version. */
  readonly warnings: readonly string[];
}

/** The format that we install; a newer minor adds what may be left out (PEP 427). */
const KNOWN = { major: 1, minor: 0 } as const;

/** Reads WHEEL. Of several Wheel-Version lines the first counts; a major version above 1 is a problem. */
export function parseWheelFile(text: string): Parsed<WheelFile> {
  const headers = parseHeaders(text);
  if (headers === undefined) return problem("too large for a WHEEL file");
  const versionText = strip(headers.first("Wheel-Version") ?? "");
  const match = /^([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.[0-9]{1,9})*$/.exec(versionText);
  if (match === null) return problem(`no valid Wheel-Version: ${JSON.stringify(versionText)}`);
  const wheelVersion = { major: Number(match[1]), minor: Number(match[2] ?? "0") };
  if (wheelVersion.major > KNOWN.major) return problem(`Wheel-Version ${versionText} is newer than this tool knows`);
  const newer = wheelVersion.major === KNOWN.major && wheelVersion.minor > KNOWN.minor;
  const build = strip(headers.first("Build") ?? "");
  const generator = strip(headers.first("Generator") ?? "");
  return parsed({
    wheelVersion,
    rootIsPurelib: strip(headers.first("Root-Is-Purelib") ?? "").toLowerCase() === "true",
    tags: headers
      .all("Tag")
      .map(strip)
      .filter((tag) => tag !== ""),
    ...(build === "" ? {} : { build }),
    ...(generator === "" ? {} : { generator }),
    warnings: newer ? [...headers.warnings, `Wheel-Version ${versionText} is newer than 1.0`] : headers.warnings,
  });
}
