import { OciasmError } from "../errors.ts";
import { escapeControl } from "../net/redact.ts";
import { type Metadata, parseMetadata } from "../python/metadata.ts";
import { normalizeName } from "../python/name.ts";
import { comparePublic, parseVersion } from "../python/version.ts";
import { parseWheelName } from "../python/wheel-name.ts";

/** Bytes. The largest in use have some hundred thousand; ../python/headers.ts reads no more than this. */
export const MAX_METADATA: number = 16 * 1024 * 1024;

/** Characters up to which a text that doesn't decide anything is kept. */
const LONG_TEXT = 2000;

/**
 * Reads the METADATA of a wheel and checks that it speaks of that wheel; local parts of versions may differ, as they do
 * in wheels that are in use. Texts that only people read are left out where they are long. Throws WHEEL_INVALID.
 */
export function readMetadataText(bytes: Uint8Array, filename: string): Metadata {
  const read = parseMetadata(new TextDecoder().decode(bytes));
  if (!read.ok) throw metadataInvalid(filename, `its METADATA can't be read: ${read.message}`);
  const metadata = read.value;
  const wheel = parseWheelName(filename);
  if (!wheel.ok) throw metadataInvalid(filename, wheel.message);
  const version = parseVersion(metadata.version);
  const isSame =
    normalizeName(metadata.name) === wheel.value.name &&
    version !== undefined &&
    comparePublic(version, wheel.value.version) === 0;
  if (!isSame) throw metadataInvalid(filename, `its METADATA is that of ${metadata.name} ${metadata.version}`);
  return withoutLongTexts(metadata);
}

export function metadataInvalid(filename: string, problem: string, cause?: unknown): OciasmError {
  return new OciasmError("WHEEL_INVALID", escapeControl(`${filename}: ${problem}`), { cause });
}

/** A license text has tens of thousands of characters, and thousands of wheels are asked for. */
function withoutLongTexts(metadata: Metadata): Metadata {
  const entries = Object.entries(metadata).filter(
    ([, value]) => typeof value !== "string" || value.length <= LONG_TEXT,
  );
  return Object.fromEntries(entries) as unknown as Metadata;
}
