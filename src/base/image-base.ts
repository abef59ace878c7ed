import { isOciasmError, OciasmError } from "../errors.ts";
import type { LayerRecord } from "../layers/recipe.ts";
import { chooseManifest } from "../oci/choose-manifest.ts";
import type { ImageConfig } from "../oci/config.ts";
import { parseImageConfig } from "../oci/config-read.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { type ImageManifest, isIndex, MAX_DOCUMENT_BYTES, parseManifestDocument } from "../oci/manifest.ts";
import { isConfigType, layerCompression } from "../oci/media-types.ts";
import { formatPlatform, normalisePlatform, type Platform, platformDistance } from "../oci/platform.ts";
import type { Base, BaseDeps, BaseRequest } from "./base.ts";
import { type BaseVerdict, readBaseNote, writeBaseNote } from "./base-note.ts";
import { imageLibraries } from "./image-libraries.ts";
import type { ImageSource, SourceDocument } from "./image-source.ts";
import { createImageTree } from "./image-tree.ts";
import { scanLayer } from "./scan-layer.ts";
import { treeFacts } from "./tree-facts.ts";
import { treeLibraries } from "./tree-libraries.ts";

// An index may name indexes; nobody nests deeper on purpose.
const MAX_NESTING = 3;

/** An image as a base: chooses the platform, checks manifest against config, and reads the facts from the layers once. */
export async function openImageBase(source: ImageSource, request: BaseRequest, deps: BaseDeps): Promise<Base> {
  try {
    return await readBase(source, request, deps);
  } catch (error) {
    await source.close();
    throw named(error, source.title);
  }
}

async function readBase(source: ImageSource, request: BaseRequest, deps: BaseDeps): Promise<Base> {
  if (request.system.length > 0) {
    throw new OciasmError("BASE_INVALID", `Debian packages can't be added to the base ${source.title}`, {
      hint: "use a deb: base, or leave --system out",
    });
  }
  const top = await source.top();
  const image = await findImage(source, top, request.platform);
  const config = await readConfig(source, image.manifest, request.platform);
  const verdict = await readVerdict(source, image, config, request, deps);
  const { facts, sizes, libraries } = verdict;
  const note = writeBaseNote(verdict);
  const { title, name, origin } = source;
  return {
    spec: title,
    platform: normalisePlatform(request.platform),
    ...(name === undefined ? {} : { name }),
    ...(origin === undefined ? {} : { origin }),
    digest: image.digest,
    pin: top.descriptor.digest,
    layers: image.manifest.layers.map((layer, at) => record(layer, config, at, sizes[at])),
    recipes: [],
    config,
    facts,
    ...(libraries === undefined ? {} : { libraries: () => imageLibraries(libraries) }),
    ...(note === undefined ? {} : { note }),
    ...(config.created === undefined ? {} : { created: config.created }),
    fetchLayer: (layer, report, signal) => source.fetchLayer(layer, report, signal),
    fetchSource: () => Promise.reject(new OciasmError("BUG", `${title} is made of no recipes`)),
    close: () => source.close(),
  };
}

interface FoundImage {
  readonly digest: Digest;
  readonly manifest: ImageManifest;
}

/** From an image that was built on this one; not kept, because whoever builds without that image does not trust it. */
async function toldVerdict({ digest, manifest }: FoundImage, request: BaseRequest): Promise<BaseVerdict | undefined> {
  const note = await request.noteOf?.(digest);
  if (note === undefined) return undefined;
  try {
    const verdict = readBaseNote(note);
    return verdict.sizes.length === manifest.layers.length ? verdict : undefined;
  } catch (error) {
    if (isOciasmError(error)) return undefined;
    throw error;
  }
}

async function findImage(source: ImageSource, top: SourceDocument, platform: Platform): Promise<FoundImage> {
  let { descriptor, bytes } = top;
  for (let depth = 0; depth <= MAX_NESTING; depth++) {
    const document = parseManifestDocument(bytes, descriptor.mediaType);
    if (!isIndex(document)) return { digest: descriptor.digest, manifest: document };
    descriptor = chooseManifest(document, platform, source.title);
    checkSize(descriptor);
    bytes = await source.document(descriptor);
  }
  throw new OciasmError("BASE_INVALID", `${source.title} has indexes nested deeper than ${MAX_NESTING}`);
}

function checkSize(descriptor: Descriptor): void {
  if (descriptor.size <= MAX_DOCUMENT_BYTES) return;
  throw new OciasmError("BASE_INVALID", `document ${descriptor.digest} is announced with ${descriptor.size} bytes`);
}

async function readConfig(source: ImageSource, manifest: ImageManifest, platform: Platform): Promise<ImageConfig> {
  if (!isConfigType(manifest.config.mediaType)) {
    throw new OciasmError(
      "BASE_INVALID",
      `${source.title} is no container image: its config is ${manifest.config.mediaType}`,
    );
  }
  const foreign = manifest.layers.find((layer) => layerCompression(layer.mediaType) === undefined);
  if (foreign !== undefined) {
    throw new OciasmError("BASE_INVALID", `${source.title} has a layer of the unusable type ${foreign.mediaType}`);
  }
  checkSize(manifest.config);
  const config = parseImageConfig(await source.document(manifest.config));
  const { length } = config.rootfs.diff_ids;
  if (length !== manifest.layers.length) {
    throw new OciasmError(
      "BASE_INVALID",
      `${source.title} has ${manifest.layers.length} layers, and its config names ${length}`,
    );
  }
  const own = {
    os: config.os,
    architecture: config.architecture,
    ...(config.variant === undefined ? {} : { variant: config.variant }),
  };
  // Configs are careless about variants: what counts is the machine.
  if (platformDistance(platform, own) === undefined && !sameMachine(platform, own)) {
    throw new OciasmError(
      "BASE_MISMATCH",
      `${source.title} is for ${formatPlatform(own)}, not ${formatPlatform(platform)}`,
      {
        hint: `choose another base, or build with --platform ${formatPlatform(own)}`,
      },
    );
  }
  return config;
}

function sameMachine(a: Platform, b: Platform): boolean {
  const [left, right] = [normalisePlatform(a), normalisePlatform(b)];
  return left.os === right.os && left.architecture === right.architecture;
}

const BUCKET = "base-facts-2";

async function readVerdict(
  source: ImageSource,
  image: FoundImage,
  config: ImageConfig,
  request: BaseRequest,
  deps: BaseDeps,
): Promise<BaseVerdict> {
  const known = (await deps.index.get<BaseVerdict>(BUCKET, image.digest)) ?? (await toldVerdict(image, request));
  if (known !== undefined) return known;
  const tree = createImageTree();
  const sizes: number[] = [];
  for (const [at, layer] of image.manifest.layers.entries()) {
    deps.signal.throwIfAborted();
    const [diffId] = config.rootfs.diff_ids.slice(at);
    if (diffId !== undefined) sizes.push(await scanLayer(layer, diffId, await source.layer(layer), tree));
  }
  const facts = treeFacts(tree, config);
  const libraries = treeLibraries(tree, config.config?.Env ?? [], facts.python?.executable);
  const verdict: BaseVerdict = { facts, sizes, libraries };
  await deps.index.set(BUCKET, image.digest, verdict);
  return verdict;
}

function record(layer: Descriptor, config: ImageConfig, at: number, uncompressedSize: number | undefined): LayerRecord {
  const [diffId] = config.rootfs.diff_ids.slice(at);
  if (diffId === undefined) throw new RangeError(`layer ${at} has no diffID`);
  const { mediaType, digest, size } = layer;
  return {
    kind: "base",
    title: `base ${at + 1}`,
    packages: [],
    mediaType,
    digest,
    size,
    diffId,
    ...(uncompressedSize === undefined ? {} : { uncompressedSize }),
  };
}

/** Documents know what is wrong with them but not where they came from. */
function named(error: unknown, title: string): unknown {
  if (!isOciasmError(error) || error.message.includes(title)) return error;
  if (error.code !== "ARCHIVE_INVALID" && error.code !== "BASE_INVALID") return error;
  return new OciasmError(error.code, `${title}: ${error.message}`, { hint: error.hint, cause: error.cause });
}
