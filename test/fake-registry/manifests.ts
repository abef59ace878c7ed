import { type Answer, created, failure } from "./answer.ts";
import { digestOf, isDigest } from "./digest.ts";
import { collect, type Exchange, type House } from "./exchange.ts";
import { type Stored, storedManifest } from "./state.ts";

const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** GET, HEAD, PUT and DELETE of `/v2/<name>/manifests/<reference>`. */
export async function manifest(
  exchange: Exchange,
  house: House,
  repository: string,
  reference: string,
): Promise<Answer> {
  if (!isDigest(reference) && !TAG.test(reference)) return failure(400, "TAG_INVALID");
  if (exchange.seen.method === "PUT") return put(exchange, house, repository, reference);
  const known = house.state.repositories.get(repository);
  const digest = isDigest(reference) ? reference : known?.tags.get(reference);
  const stored = digest === undefined ? undefined : known?.manifests.get(digest);
  if (known === undefined || stored === undefined) return failure(house.profile.missingStatus, "MANIFEST_UNKNOWN");
  if (exchange.seen.method === "DELETE") {
    if (isDigest(reference)) known.manifests.delete(reference);
    else if (house.profile.deleteTags) known.tags.delete(reference);
    else return failure(400, "DIGEST_INVALID");
    return { status: 202 };
  }
  const accepted = exchange.headers.accept ?? "";
  if (house.profile.strictAccept && !accepted.includes(stored.type)) return failure(404, "MANIFEST_UNKNOWN");
  const headers = { "content-type": stored.type, "docker-content-digest": stored.digest, etag: `"${stored.digest}"` };
  return { status: 200, headers, body: stored.bytes };
}

async function put(exchange: Exchange, house: House, repository: string, reference: string): Promise<Answer> {
  const { profile, state } = house;
  const tooLarge = failure(profile.manifestTooLarge, "MANIFEST_INVALID", "manifest too large");
  if ((exchange.bodySize ?? 0) > profile.maxManifestBytes) return tooLarge;
  const bytes = await collect(exchange.body(), profile.maxManifestBytes);
  if (bytes === undefined) return tooLarge;
  const stored = read(exchange, bytes, isDigest(reference) ? (reference.split(":")[0] ?? "") : "sha256");
  if ("status" in stored) return stored;
  if (isDigest(reference) && reference !== stored.digest) return failure(400, "DIGEST_INVALID");
  const tags = isDigest(reference) ? exchange.url.searchParams.getAll("tag") : [reference];
  const problem = missingAnswer(house, repository, stored) ?? immutableAnswer(house, repository, tags, stored.digest);
  if (problem !== undefined) return problem;
  state.putManifest(repository, stored, undefined);
  for (const tag of tags) state.putManifest(repository, stored, tag);
  house.manifestPut(exchange, repository, stored.digest, tags);
  const subject = profile.referrers ? stored.document.subject : undefined;
  const answered = profile.answersSha256 ? digestOf(bytes) : stored.digest;
  return created(`/v2/${repository}/manifests/${stored.digest}`, answered, {
    ...(subject === undefined ? {} : { "oci-subject": subject }),
    ...(isDigest(reference) && tags.length > 0 ? { "oci-tag": tags.join(", ") } : {}),
  });
}

function read(exchange: Exchange, bytes: Buffer, algorithm: string): Stored | Answer {
  const type = exchange.headers["content-type"] ?? "";
  try {
    const stored = storedManifest(type, bytes, digestOf(bytes, algorithm));
    const { mediaType } = stored.document;
    const fits = type !== "" && (mediaType === undefined || mediaType === type);
    return fits ? stored : failure(400, "MANIFEST_INVALID", `Content-Type is ${type}, mediaType ${mediaType}`);
  } catch {
    return failure(400, "MANIFEST_INVALID", "not JSON");
  }
}

/** One error for each blob and child that is not there. */
function missingAnswer(house: House, repository: string, stored: Stored): Answer | undefined {
  if (!house.profile.checksManifests) return undefined;
  const known = house.state.repositories.get(repository);
  const missing = [
    ...stored.document.blobs.filter((digest) => known?.blobs.has(digest) !== true),
    ...stored.document.children.filter((digest) => known?.manifests.has(digest) !== true),
  ];
  if (missing.length === 0) return undefined;
  const errors = missing.map((digest) => ({
    code: "MANIFEST_BLOB_UNKNOWN",
    message: "blob unknown to registry",
    detail: { digest },
  }));
  return { status: 400, headers: { "content-type": "application/json" }, body: JSON.stringify({ errors }) };
}

function immutableAnswer(
  house: House,
  repository: string,
  tags: readonly string[],
  digest: string,
): Answer | undefined {
  const rule = house.profile.immutableTags;
  const known = house.state.repositories.get(repository)?.tags;
  if (rule === undefined || !tags.some((tag) => known?.has(tag) === true && known.get(tag) !== digest))
    return undefined;
  return failure(rule.status, rule.code, "the tag is immutable and exists already");
}
