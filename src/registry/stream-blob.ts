import { OciasmError } from "../errors.ts";
import type { HttpResponse } from "../net/http-client.ts";
import { isTransient, sleepFor } from "../net/retry.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { RegistryClient } from "./client.ts";
import { registryError } from "./error.ts";

/** Failures in a row, without a byte between them, that end the stream. */
const ATTEMPTS = 5;
const FIRST_WAIT = 500;

/**
 * The bytes of a blob as they come, unchecked. After a cut it goes on where it stopped, by a range request
 * (RFC 9110, section 14); a registry that knows none is read anew and what was given already is passed over.
 */
export async function* streamBlob(
  client: RegistryClient,
  repository: string,
  blob: Descriptor,
): AsyncGenerator<Uint8Array, void, undefined> {
  let given = 0;
  for (let failures = 0; ; failures++) {
    const before = given;
    try {
      for await (const chunk of readFrom(client, repository, blob, given)) {
        given += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (given > before) failures = 0;
      if (!isTransient(error) || failures + 1 >= ATTEMPTS || client.signal.aborted) throw error;
      await sleepFor(FIRST_WAIT * 2 ** failures, client.signal);
    }
  }
}

async function* readFrom(
  client: RegistryClient,
  repository: string,
  blob: Descriptor,
  offset: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const what = `download of blob ${blob.digest}`;
  const response = await client.call({
    method: "GET",
    target: { path: `${repository}/blobs/${blob.digest}` },
    ...(offset === 0 ? {} : { headers: { range: `bytes=${offset}-` } }),
    access: { repository, actions: "pull" },
    what,
  });
  try {
    if (response.status !== 200 && response.status !== 206) throw await registryError(response, what);
    let skip = offset - startOf(response, offset, what);
    for await (const chunk of response.body) {
      if (chunk.length > skip) yield skip === 0 ? chunk : chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
    }
  } finally {
    await response.discard();
  }
}

/** Where in the blob the answer begins. Throws REGISTRY_ERROR for a range that was not asked for. */
function startOf(response: HttpResponse, offset: number, what: string): number {
  if (response.status === 200) return 0;
  const range = response.headers["content-range"] ?? "";
  if (Number(/^bytes (\d{1,15})-/.exec(range)?.[1]) === offset) return offset;
  throw new OciasmError("REGISTRY_ERROR", `${what}: the registry answered with the range ${JSON.stringify(range)}`);
}
