import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { formatReference, parseReference, parseTagged, type Reference } from "../oci/reference.ts";
import { createRegistry, type RegistryClient } from "../registry/client.ts";
import { putManifest } from "../registry/manifests.ts";
import { type BlobUpload, pushBlob, type UploadOutcome } from "../registry/upload.ts";
import { fileStream } from "../store/checked-stream.ts";
import type { Destination, DestinationType, Document, Publication, WriteDeps, WriteResult } from "./destination.ts";
import { layerBytes } from "./layer-bytes.ts";
import { layersOf, topDocument } from "./named-entries.ts";
import { booleanKey, checkKeys } from "./output-spec.ts";
import { inParallel } from "./pool.ts";

/**
 * `type=registry`: pushes under the publication's tags, or under the names of `name=`, and with `push-by-digest=true`
 * under no tag at all. `type=image,push=true` is buildx's other word for it.
 */
export const registryType: DestinationType = {
  name: "registry",
  open: (spec) => {
    if (spec["type"] !== "registry" && spec["type"] !== "image") return undefined;
    checkKeys(spec, ["name", "push-by-digest", "name-canonical", "push"]);
    if (!booleanKey(spec, "push", spec["type"] === "registry")) {
      throw new OciasmError("USAGE", `output type=${spec["type"]} without push=true goes nowhere`, {
        hint: "leave -o out to keep the image in the local store",
      });
    }
    const names = spec["name"] === undefined ? undefined : spec["name"].split(",");
    if (!booleanKey(spec, "push-by-digest", false)) return registryDestination({ names });
    if (names?.every((name) => parseReference(name).tag === undefined))
      return registryDestination({ names, byDigest: true });
    throw new OciasmError("USAGE", "push-by-digest=true needs name=HOST/NAME without a tag", {
      hint: "write type=registry,push-by-digest=true,name=HOST/NAME",
    });
  },
};

const UPLOADS_AT_ONCE = 4;

/** Blobs, then each image's manifest by digest, then the index, then the tags: a tag never names what can't be pulled. */
export function registryDestination(options: RegistryOptions = {}): Destination {
  const { names, byDigest = false } = options;
  const read = byDigest ? parseReference : parseTagged;
  names?.forEach(read);
  return {
    title: "registry",
    ...(names === undefined ? {} : { names }),
    write: (publication, deps) => pushAll(publication, (names ?? publication.tags).map(read), deps),
  };
}

export interface RegistryOptions {
  /** Instead of the publication's tags. */
  readonly names?: readonly string[] | undefined;
  /** The names are repositories, and nothing is tagged. */
  readonly byDigest?: boolean;
}

async function pushAll(publication: Publication, targets: readonly Reference[], deps: WriteDeps): Promise<WriteResult> {
  if (targets.length === 0) {
    throw new OciasmError("USAGE", "an image without a name can't be pushed", {
      hint: "name it with -t HOST/NAME:TAG",
    });
  }
  for (const target of targets) checkDigest(target, topDocument(publication).descriptor);
  const { createHttp } = await import("../net/http.ts");
  const http = deps.http ?? createHttp({ environment: deps.environment, userAgent: "ociasm" });
  try {
    const pushes = repositoriesOf(targets, (registry) => createRegistry(registry, { ...deps, http }));
    const results: WriteResult[] = [];
    // One repository after the other: the second can mount what the first was given.
    for (const push of pushes) results.push(await pushContent(publication, push, deps));
    for (const push of pushes) await pushTags(topDocument(publication), push);
    return total(results);
  } finally {
    if (deps.http === undefined) await http.close();
  }
}

/** A name with a digest is a promise. Throws USAGE when something else would be pushed. */
function checkDigest(target: Reference, { digest }: Descriptor): void {
  if (target.digest === undefined || target.digest === digest) return;
  throw new OciasmError("USAGE", `${formatReference(target)} can't be pushed: the image is ${digest}`, {
    hint: "name the target by a tag, or without a digest",
  });
}

interface RepositoryPush {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly references: readonly Reference[];
  /** Repositories of the same registry that were pushed before. */
  readonly before: readonly string[];
}

function repositoriesOf(
  targets: readonly Reference[],
  connect: (registry: string) => RegistryClient,
): readonly RepositoryPush[] {
  const clients = new Map<string, RegistryClient>();
  const pushes = new Map<string, RepositoryPush>();
  for (const target of targets) {
    const key = `${target.registry}/${target.repository}`;
    const known = pushes.get(key);
    const client = clients.get(target.registry) ?? connect(target.registry);
    clients.set(target.registry, client);
    const before = [...pushes.values()].filter((push) => push.client === client).map((push) => push.repository);
    pushes.set(key, {
      client,
      repository: target.repository,
      before: known?.before ?? before,
      references: [...(known?.references ?? []), target],
    });
  }
  return [...pushes.values()];
}

async function pushContent(publication: Publication, push: RepositoryPush, deps: WriteDeps): Promise<WriteResult> {
  const result = { uploaded: 0, mounted: 0, existing: 0 };
  const count = (outcome: UploadOutcome, bytes: number): void => {
    result[outcome] += bytes;
  };
  const layers = layersOf(publication.images).map((layer) => layerUpload(layer, push, deps));
  const configs = publication.images.map((image) => documentUpload(image.config, push, deps));
  const uploads = [...layers, ...configs];
  const pushUpload = async (upload: BlobUpload): Promise<void> => {
    const { digest, size } = upload.blob;
    const event = { type: "transfer", id: digest, what: "upload", total: size } as const;
    const outcome = await pushBlob(push.client, push.repository, upload);
    deps.report({ ...event, state: outcome === "uploaded" ? "done" : "reused", bytes: size });
    count(outcome, size);
  };
  await inParallel(uploads, UPLOADS_AT_ONCE, pushUpload);
  const repair = async (missing: readonly Digest[]): Promise<void> => {
    const wanted = uploads.filter(({ blob }) => missing.length === 0 || missing.includes(blob.digest));
    await inParallel(wanted, UPLOADS_AT_ONCE, (upload) => pushUpload({ ...upload, isLacking: true }));
  };
  const { images, index, indexes = [] } = publication;
  const children = index === undefined ? [] : [...images.map((image) => image.manifest), ...indexes];
  for (const document of children)
    await putManifest(push.client, push.repository, document.descriptor.digest, document, { repair });
  // By digest first, so that a refusal comes before any tag has moved.
  const top = topDocument(publication);
  await putManifest(push.client, push.repository, top.descriptor.digest, top, { repair });
  return result;
}

async function pushTags(top: Document, push: RepositoryPush): Promise<void> {
  for (const { tag } of push.references)
    if (tag !== undefined) await putManifest(push.client, push.repository, tag, top);
}

function layerUpload(layer: Descriptor, push: RepositoryPush, deps: WriteDeps): BlobUpload {
  const event = { type: "transfer", id: layer.digest, what: "upload", total: layer.size } as const;
  return {
    blob: layer,
    open: async function* () {
      const remote = deps.layers.stream === undefined ? undefined : layerBytes(layer, deps);
      const chunks = remote ?? fileStream(await deps.layers.local(layer));
      deps.report({ ...event, state: "start", bytes: 0 });
      let bytes = 0;
      for await (const chunk of chunks) {
        yield chunk;
        bytes += chunk.length;
        deps.report({ ...event, state: "progress", bytes });
      }
    },
    mountFrom: [...new Set([...originsOf(layer, push.client.registry, deps), ...push.before])],
  };
}

/** Repositories of this registry among those that are known to have the layer. */
function originsOf(layer: Descriptor, registry: string, deps: WriteDeps): readonly string[] {
  return (deps.layers.origins?.(layer) ?? [])
    .map(parseReference)
    .filter((origin) => origin.registry === registry)
    .map((origin) => origin.repository);
}

function documentUpload(document: Document, push: RepositoryPush, deps: WriteDeps): BlobUpload {
  return {
    blob: document.descriptor,
    open: async function* () {
      yield document.bytes;
    },
    mountFrom: originsOf(document.descriptor, push.client.registry, deps),
  };
}

function total(results: readonly WriteResult[]): WriteResult {
  const sum = (key: keyof WriteResult): number => results.reduce((bytes, result) => bytes + result[key], 0);
  return { uploaded: sum("uploaded"), mounted: sum("mounted"), existing: sum("existing") };
}
