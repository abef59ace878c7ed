import { isOciasmError, OciasmError } from "../errors.ts";
import { formatReference, parseTagged, type Reference } from "../oci/reference.ts";
import type { RegistryClient } from "../registry/client.ts";
import { pullBlob } from "../registry/download.ts";
import { getManifest } from "../registry/manifests.ts";
import { createRegistries } from "../registry/registries.ts";
import { streamBlob } from "../registry/stream-blob.ts";
import { similarTags } from "../registry/tags.ts";
import { fileStream } from "../store/file-stream.ts";
import type { BaseDeps, BaseProvider } from "./base.ts";
import { openImageBase } from "./image-base.ts";
import { checkedDocument, type ImageSource, type SourceDocument } from "./image-source.ts";

const SCHEME = "docker://";

/** `NAME[:TAG|@DIGEST]`, with or without `docker://`: an image in a registry. Takes whatever no other provider does. */
export const registryProvider: BaseProvider = {
  name: "registry",
  matches: () => true,
  open: async (spec, request, deps) => {
    const reference = parseTagged(spec.startsWith(SCHEME) ? spec.slice(SCHEME.length) : spec);
    if (request.offline) {
      throw new OciasmError("OFFLINE", `base ${spec} lies in a registry`, {
        hint: "use an oci: or archive: base, or leave --offline out",
      });
    }
    return openImageBase(registrySource(spec, reference, deps), request, deps);
  },
};

/** The image of a reference; layers come through the store. */
export function registrySource(title: string, reference: Reference, deps: BaseDeps): ImageSource {
  const { registries = createRegistries(deps) } = deps;
  const client = registries(reference.registry);
  const { repository } = reference;
  const { digest: _, ...name } = reference;
  const fetchLayer: ImageSource["fetchLayer"] = (blob, report) =>
    pullBlob(client, { repository, blob, store: deps.blobs, report });
  return {
    title,
    name: formatReference(name),
    origin: `${reference.registry}/${repository}`,
    top: () => findTop(client, reference),
    document: async (descriptor) => {
      const isManifest = descriptor.mediaType.includes("manifest") || descriptor.mediaType.includes("index");
      if (isManifest) return (await getManifest(client, repository, descriptor.digest)).bytes;
      await fetchLayer(descriptor, deps.report, deps.signal);
      return checkedDocument(await readWhole(deps, descriptor.digest), descriptor, title);
    },
    layer: async (descriptor) => {
      await fetchLayer(descriptor, deps.report, deps.signal);
      return fileStream(deps.blobs.path(descriptor.digest));
    },
    stream: async (descriptor, start) => streamBlob(client, repository, descriptor, { start }),
    fetchLayer,
    close: async () => {},
  };
}

async function findTop(client: RegistryClient, reference: Reference): Promise<SourceDocument> {
  const { repository, digest, tag = "latest" } = reference;
  try {
    return await getManifest(client, repository, digest ?? tag);
  } catch (error) {
    if (digest !== undefined || !isOciasmError(error) || error.code !== "IMAGE_NOT_FOUND") throw error;
    const near = await similarTags(client, repository, tag);
    if (near.length === 0) throw error;
    throw new OciasmError(error.code, error.message, { hint: `tags that it has: ${near.join(", ")}`, cause: error });
  }
}

async function readWhole(deps: BaseDeps, digest: Parameters<BaseDeps["blobs"]["open"]>[0]): Promise<Uint8Array> {
  const blob = await deps.blobs.open(digest);
  try {
    return await blob.read(0, blob.size);
  } finally {
    await blob.close();
  }
}
