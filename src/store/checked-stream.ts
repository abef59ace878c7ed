import { createHash } from "node:crypto";
import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestOfHex } from "../oci/digest.ts";

/**
 * The same chunks; throws `code` behind the last one when they were not what the descriptor promises, and as soon as
 * there are more bytes than it promises. `where` names the place that they come from.
 */
export async function* checkedStream(
  chunks: AsyncIterable<Uint8Array>,
  blob: Pick<Descriptor, "digest" | "size">,
  where: string,
  code: "HASH_MISMATCH" | "BLOB_CORRUPT" = "HASH_MISMATCH",
): AsyncGenerator<Uint8Array, void, undefined> {
  const wrong = (why: string): OciasmError =>
    new OciasmError(code, `blob ${blob.digest} ${where} is not what its digest says: ${why}`, {
      hint: HINTS[code],
    });
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > blob.size) throw wrong(`it goes on behind its ${blob.size} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  if (bytes !== blob.size) throw wrong(`it ends after ${bytes} of ${blob.size} bytes`);
  const digest = digestOfHex(hash.digest("hex"));
  if (digest !== blob.digest) throw wrong(`its content has ${digest}`);
}

const HINTS = {
  HASH_MISMATCH: "run the command again; if it happens again, the place that it comes from is damaged",
  BLOB_CORRUPT: "run the command again with --no-cache",
} as const;
