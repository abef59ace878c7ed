import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { formatReference, parseReference, type Reference } from "../oci/reference.ts";
import { bringAgain } from "../registry/bring-again.ts";
import type { RegistryClient } from "../registry/client.ts";
import { putManifest } from "../registry/put-manifest.ts";
import { createRegistries, until } from "../registry/registries.ts";
import { type BlobUpload, pushBlob, type UploadOutcome } from "../registry/upload.ts";
import type { Document, Publication, Publishing, WriteDeps, WriteResult } from "./destination.ts";
import { layerUpload } from "./layer-upload.ts";
import { layersOf, topDocument } from "./named-entries.ts";
import { createPlaces, inParallel } from "./pool.ts";

const UPLOADS_AT_ONCE = 4;

/**
 * A push that takes layers before the image is known. Blobs, then each image's manifest by digest, then the index, then
 * the tags: a tag never names what can't be pulled. Throws USAGE without a target.
 */
export async function openPush(targets: readonly Reference[], deps: WriteDeps): Promise<Publishing> {
  if (targets.length === 0) {
    throw new OciasmError("USAGE", "an image without a name can't be pushed", {
      hint: "name it with -t HOST/NAME:TAG",
    });
  }
  const { createHttp } = await import("../net/http.ts");
  const http = deps.http ?? createHttp({ environment: deps.environment, userAgent: "ociasm" });
  const { registries = createRegistries({ ...deps, http }) } = deps;
  const pushes = repositoriesOf(targets, (registry) => until(deps.signal, registries(registry)));
  // What goes wrong here goes wrong again where it can be told.
  for (const { client, repository } of pushes) client.prepare({ repository, actions: "pull,push" }).catch(() => {});
  const early = new Map<Digest, Promise<UploadOutcome>>();
  const places = createPlaces(UPLOADS_AT_ONCE);
  return {
    layer: (layer) => {
      // The second repository can mount what the first was given, so it waits.
      const [push] = pushes;
      if (push === undefined || early.has(layer.digest)) return;
      const outcome = places(async () => {
        deps.signal.throwIfAborted();
        return pushOne(layerUpload(layer, mountsOf(layer, push, deps), deps), push, deps);
      });
      outcome.catch(() => {});
      early.set(layer.digest, outcome);
    },
    finish: async (publication) => {
      const top = topDocument(publication);
      for (const target of targets) checkDigest(target, top.descriptor);
      // A refusal has to come before any tag has moved; a sole tag's own is in time.
      const sole = targets.length === 1 ? targets[0]?.tag : undefined;
      const name = sole ?? top.descriptor.digest;
      const results: WriteResult[] = [];
      for (const [at, push] of pushes.entries())
        results.push(await pushContent(publication, name, push, at === 0 ? early : new Map(), deps));
      if (sole === undefined) for (const push of pushes) await pushTags(top, push);
      return total(results);
    },
    close: async () => {
      await Promise.allSettled(early.values());
      if (deps.http === undefined) await http.close();
    },
  };
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

async function pushContent(
  publication: Publication,
  name: string,
  push: RepositoryPush,
  early: ReadonlyMap<Digest, Promise<UploadOutcome>>,
  deps: WriteDeps,
): Promise<WriteResult> {
  const result = { uploaded: 0, mounted: 0, existing: 0 };
  const layers = layersOf(publication.images).map((layer) => layerUpload(layer, mountsOf(layer, push, deps), deps));
  const configs = publication.images.map((image) => documentUpload(image.config, push, deps));
  const uploads = [...layers, ...configs];
  const outcomes = new Map<Digest, UploadOutcome>();
  await inParallel(uploads, UPLOADS_AT_ONCE, async (upload) => {
    const outcome = await (early.get(upload.blob.digest) ?? pushOne(upload, push, deps));
    outcomes.set(upload.blob.digest, outcome);
    result[outcome] += upload.blob.size;
  });
  const repair = async (missing: readonly Digest[]): Promise<void> => {
    const wanted = uploads.filter(({ blob }) => missing.length === 0 || missing.includes(blob.digest));
    await inParallel(wanted, UPLOADS_AT_ONCE, async (upload) => {
      const before = outcomes.get(upload.blob.digest);
      const outcome = await told(upload, deps, bringAgain(push.client, push.repository, upload, before));
      result[outcome] += upload.blob.size;
    });
  };
  const { images, index, indexes = [] } = publication;
  const children = index === undefined ? [] : [...images.map((image) => image.manifest), ...indexes];
  for (const document of children)
    await putManifest(push.client, push.repository, document.descriptor.digest, document, { repair });
  await putManifest(push.client, push.repository, name, topDocument(publication), { repair });
  return result;
}

function pushOne(upload: BlobUpload, push: RepositoryPush, deps: WriteDeps): Promise<UploadOutcome> {
  return told(upload, deps, pushBlob(push.client, push.repository, upload));
}

/** The outcome, once it is reported. */
async function told(upload: BlobUpload, deps: WriteDeps, work: Promise<UploadOutcome>): Promise<UploadOutcome> {
  const { digest, size } = upload.blob;
  const event = { type: "transfer", id: digest, what: "upload", total: size } as const;
  const outcome = await work;
  deps.report({ ...event, state: outcome === "uploaded" ? "done" : "reused", bytes: size });
  return outcome;
}

async function pushTags(top: Document, push: RepositoryPush): Promise<void> {
  for (const { tag } of push.references)
    if (tag !== undefined) await putManifest(push.client, push.repository, tag, top);
}

/** Repositories that a layer may be mounted from. */
function mountsOf(layer: Descriptor, { client, before }: RepositoryPush, deps: WriteDeps): readonly string[] {
  return [...new Set([...originsOf(layer, client.registry, deps), ...before])];
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
