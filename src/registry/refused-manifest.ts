import { OciasmError } from "../errors.ts";
import type { HttpResponse } from "../net/http-client.ts";
import { statusError } from "../net/retry.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { RegistryClient } from "./client.ts";
import { failureError, type RegistryFailure } from "./error.ts";
import { type FetchedManifest, headManifest } from "./manifests.ts";

export interface Refusal {
  readonly client: RegistryClient;
  readonly repository: string;
  /** Tag or digest that it was put under. */
  readonly reference: string;
  readonly document: FetchedManifest;
  readonly response: HttpResponse;
  readonly failure: RegistryFailure;
  readonly what: string;
}

/** What registries answer for a tag that may not be moved: ECR, Harbor and others each have their own. */
const IMMUTABLE_STATUSES: readonly number[] = [400, 403, 405, 409, 412];
const IMMUTABLE_WORDS = /immutab|already exists|can(?:'|no)t be (?:overwritten|updated)|TAG_INVALID|PRECONDITION/i;
/** Smaller ones are not refused for their size. */
const LARGE = 1024 * 1024;

/** Returns when the refused tag names the manifest already; else throws what the refusal means. */
export async function judgeRefusal(refusal: Refusal): Promise<void> {
  const { client, repository, reference, document, response, failure, what } = refusal;
  const { status } = response;
  if (!isDigest(reference) && IMMUTABLE_STATUSES.includes(status)) {
    const there = await headManifest(client, repository, reference);
    if (there === document.descriptor.digest) return;
    if (there !== undefined && IMMUTABLE_WORDS.test(`${failure.codes.join(" ")} ${failure.text}`))
      throw immutable(refusal, there);
  }
  const { size } = document.descriptor;
  if (status === 413 || (status === 400 && size >= LARGE))
    throw tooLarge(what, document, failureError(response, failure, what));
  throw failureError(response, failure, what);
}

/** A manifest of more bytes than registries take; `refused` is what one said about it. */
export function tooLarge(what: string, { descriptor, bytes }: FetchedManifest, refused?: OciasmError): OciasmError {
  const { part, size } = largestMember(bytes);
  const why = `${what}: it has ${descriptor.size} bytes, ${size} of them in "${part}"`;
  return new OciasmError("REGISTRY_ERROR", refused === undefined ? why : `${why}; ${refused.message}`, {
    hint: part === "layers" ? "use fewer layers, or shorter annotations on them" : `make its ${part} smaller`,
    cause: refused?.cause,
  });
}

function immutable({ what, reference, response, document }: Refusal, there: Digest): OciasmError {
  const told = `${what}: the tag ${reference} can't be moved from ${there} to ${document.descriptor.digest}`;
  return statusError("REGISTRY_ERROR", response, {
    message: told,
    hint: "push under another tag, or let the registry's settings allow that tags are moved",
  });
}

/** The member of the document that takes up most of it. */
function largestMember(bytes: Uint8Array): { readonly part: string; readonly size: number } {
  const document: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const sizes = Object.entries(typeof document === "object" && document !== null ? document : {}).map(
    ([part, value]) => ({ part, size: Buffer.byteLength(JSON.stringify(value)) }),
  );
  return sizes.reduce((most, one) => (one.size > most.size ? one : most), { part: "document", size: 0 });
}
