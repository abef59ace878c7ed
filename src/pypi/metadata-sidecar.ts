import { isOciasmError, OciasmError } from "../errors.ts";
import { fileStatusError } from "../net/download.ts";
import { redactUrl } from "../net/redact.ts";
import { retrying } from "../net/retry.ts";
import type { Metadata } from "../python/metadata.ts";
import { sha256Hex } from "../store/sha256.ts";
import type { IndexFile } from "./index-file.ts";
import { fileRequest, type MetadataDeps } from "./metadata-deps.ts";
import { MAX_METADATA, readMetadataText } from "./metadata-text.ts";

/** A sidecar only saves work, so that a server in trouble is not asked as often as for what can't be done without. */
const ATTEMPTS = 3;

/**
 * The METADATA that an index serves beside the wheel (PEP 658, PEP 714), checked against the announced hash. Undefined,
 * with a warning for its host, when the sidecar is not what was announced: the wheel itself can tell.
 */
export async function sidecarMetadata(file: IndexFile, deps: MetadataDeps): Promise<Metadata | undefined> {
  if (file.coreMetadata === undefined || !/^https?:/.test(file.url)) return undefined;
  try {
    const bytes = await fetchSidecar(sidecarUrl(file.url), deps);
    const { sha256 } = file.coreMetadata;
    if (sha256 !== undefined && sha256Hex(bytes) !== sha256) {
      throw new OciasmError("HASH_MISMATCH", `its sha256 is not the announced ${sha256}`);
    }
    return readMetadataText(bytes, file.filename);
  } catch (error) {
    if (!isOciasmError(error) || !["INDEX_ERROR", "HASH_MISMATCH", "WHEEL_INVALID"].includes(error.code)) throw error;
    const { host } = new URL(file.url);
    deps.warnOnce(
      `sidecar ${host}`,
      `${host} announces metadata files that can't be used, wheels are read instead: ${file.filename}.metadata: ${error.message}`,
    );
    return undefined;
  }
}

/** Appended to the path: a query (a signature) stays where it is. */
function sidecarUrl(fileUrl: string): string {
  const url = new URL(fileUrl);
  url.pathname += ".metadata";
  return url.href;
}

async function fetchSidecar(url: string, deps: MetadataDeps): Promise<Uint8Array> {
  const { code, ...request } = await fileRequest(url, deps);
  const options = {
    attempts: ATTEMPTS,
    signal: deps.signal,
    ...(deps.sleep === undefined ? {} : { sleep: deps.sleep }),
  };
  return retrying(async () => {
    const response = await deps.http.request({ method: "GET", ...request });
    const isEncoded = (response.headers["content-encoding"] ?? "identity") !== "identity";
    if (response.status === 200 && !isEncoded) return limited(response.bytes(MAX_METADATA), url);
    await response.discard();
    if (response.status !== 200) throw fileStatusError(response, code);
    throw new OciasmError(code, `${redactUrl(url)} came encoded, which nobody asked for`);
  }, options);
}

/** Too long is the server's fault, like any other nonsense; a cut connection is tried again. */
async function limited(bytes: Promise<Uint8Array>, url: string): Promise<Uint8Array> {
  try {
    return await bytes;
  } catch (error) {
    if (isOciasmError(error) && error.cause === undefined && error.code === "NETWORK") {
      throw new OciasmError("INDEX_ERROR", `${redactUrl(url)} is too large for metadata`, { cause: error });
    }
    throw error;
  }
}
