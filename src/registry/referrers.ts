import { OciasmError } from "../errors.ts";
import { sleepFor } from "../net/retry.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestOf, hexOf } from "../oci/digest.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import type { RegistryClient } from "./client.ts";
import { type FetchedManifest, getManifest } from "./manifests.ts";
import { putManifest } from "./put-manifest.ts";

/** What the entry of a referrer tells besides its descriptor (distribution-spec, "Listing Referrers"). */
export interface Referrer {
  /** Manifest with a `subject`; its blobs are in the repository already. */
  readonly document: FetchedManifest;
  readonly subject: Descriptor;
  /** Of the manifest, or its config's media type where it has none. */
  readonly artifactType: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface ReferrersIndex {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly manifests: readonly { readonly digest: string }[];
}

/** Writers that keep undoing each other's entry stop after so many rounds. */
const ROUNDS = 6;
const ROUND_WAIT = 300;

/**
 * Puts a manifest that refers to another. Where the registry doesn't answer with OCI-Subject it keeps no list, and the
 * list at the tag `sha256-HEX` is kept up to date (distribution-spec, "Pushing Manifests with Subject"): what others
 * put there stays, and an entry that another writer overwrote is put again. Rejects with REGISTRY_ERROR when the tag
 * names no index.
 */
export async function pushReferrer(client: RegistryClient, repository: string, referrer: Referrer): Promise<void> {
  const { document, subject } = referrer;
  const { digest } = document.descriptor;
  const put = await putManifest(client, repository, digest, document);
  if (put.subject === subject.digest) return;
  const tag = `sha256-${hexOf(subject.digest)}`;
  const { sleep = sleepFor, random } = client.retry;
  for (let round = 1; ; round++) {
    const index = await readIndex(client, repository, tag);
    if (index.manifests.some((entry) => entry.digest === digest)) return;
    if (round === ROUNDS) break;
    // The other writer shall not come back at the same moment.
    if (round > 1) await sleep(ROUND_WAIT * round * (0.5 + (random?.() ?? 0.5)), client.signal);
    await putManifest(client, repository, tag, withEntry(index, referrer));
  }
  throw new OciasmError("REGISTRY_ERROR", `${client.registry}/${repository}:${tag} keeps losing what is added to it`, {
    hint: "run the command again when nobody else attaches to this image",
  });
}

async function readIndex(client: RegistryClient, repository: string, tag: string): Promise<ReferrersIndex> {
  const found = await getManifest(client, repository, tag).catch((error: unknown) => {
    if (error instanceof OciasmError && error.code === "IMAGE_NOT_FOUND") return undefined;
    throw error;
  });
  if (found === undefined) return { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] };
  if (found.descriptor.mediaType === OCI_INDEX)
    return JSON.parse(new TextDecoder().decode(found.bytes)) as ReferrersIndex;
  throw new OciasmError("REGISTRY_ERROR", `${client.registry}/${repository}:${tag} should be a list and is an image`, {
    hint: "remove that tag: it is reserved for what is attached to an image",
  });
}

function withEntry(index: ReferrersIndex, { document, artifactType, annotations }: Referrer): FetchedManifest {
  const { mediaType, digest, size } = document.descriptor;
  const entry = { mediaType, digest, size, artifactType, ...(annotations === undefined ? {} : { annotations }) };
  const bytes = new TextEncoder().encode(JSON.stringify({ ...index, manifests: [...index.manifests, entry] }));
  return { descriptor: { mediaType: OCI_INDEX, digest: digestOf(bytes), size: bytes.length }, bytes };
}
