import { OciasmError } from "../errors.ts";

/** Hosts' clocks differ from the archive's by so much, in seconds, without anybody's ill will. */
const CLOCK_SKEW = 600;

/**
 * The text of a clearsigned message (RFC 9580, section 7) for which one of the keys made a good signature, and nothing
 * of what stands around it. Rejects with SIGNATURE_INVALID. `now` in seconds.
 */
export async function verifiedText(message: string, armoredKeys: readonly string[], now: number): Promise<string> {
  const { readCleartextMessage, readKeys, verify } = await import("openpgp");
  const keys = await Promise.all(armoredKeys.map((armoredKey) => readKeys({ armoredKeys: armoredKey })));
  const cleartext = await readCleartextMessage({ cleartextMessage: message }).catch((error: unknown) => {
    throw invalid("it is not a clearsigned message", error);
  });
  const date = new Date((now + CLOCK_SKEW) * 1000);
  const result = await verify({ message: cleartext, verificationKeys: keys.flat(), date }).catch((error: unknown) => {
    throw invalid("its signature can't be read", error);
  });
  const verdicts = await Promise.allSettled(result.signatures.map((signature) => signature.verified));
  if (verdicts.some((verdict) => verdict.status === "fulfilled" && verdict.value === true)) return result.data;
  const known = verdicts.find((verdict) => verdict.status === "rejected" && !isUnknownKey(verdict.reason));
  if (known?.status === "rejected") throw invalid("its signature is not good", known.reason);
  const ids = result.signatures.map((signature) => signature.keyID.toHex()).join(", ");
  throw invalid(ids === "" ? "it carries no signature" : `it is signed by keys that are not known: ${ids}`);
}

function isUnknownKey(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Could not find signing key");
}

function invalid(why: string, cause?: unknown): OciasmError {
  return new OciasmError("SIGNATURE_INVALID", why, { cause });
}
