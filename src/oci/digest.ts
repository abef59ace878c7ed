import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { OciasmError } from "../errors.ts";

/** `sha256:` and 64 lower-case hex digits: the identity of a blob (image-spec, descriptor.md). */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

/** Throws ARCHIVE_INVALID for anything but a sha256 digest. */
function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new OciasmError("ARCHIVE_INVALID", `not a sha256 digest: ${JSON.stringify(text)}`);
}

export function digestOfHex(hex: string): Digest {
  return parseDigest(`sha256:${hex}`);
}

export function hexOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}

/** For documents of a few kilobytes; bulk bytes are hashed by ring 2 with node:crypto, ten times faster. */
export function digestOf(bytes: Uint8Array): Digest {
  return digestOfHex(bytesToHex(sha256(bytes)));
}
