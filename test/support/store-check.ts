import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { extract } from "tar-stream";

/** What is wrong with a cache folder, in words; empty when it is whole. Knows the files, not the code that wrote them. */
export function storeProblems(cache: string): readonly string[] {
  const problems: string[] = [];
  const blobs = new Set<string>();
  for (const path of filesBelow(join(cache, "blobs"))) {
    const name = basename(path);
    const place = relative(join(cache, "blobs"), path);
    if (place !== join("sha256", name.slice(0, 2), name)) problems.push(`blobs/${place} is no blob`);
    else if (sha256(readFileSync(path)) !== name) problems.push(`blob ${name} is damaged`);
    else blobs.add(name);
  }
  for (const path of filesBelow(join(cache, "keys"))) problems.push(...keyProblems(path, blobs));
  for (const path of filesBelow(join(cache, "images"))) {
    const image = parse(path) as
      | { readonly ref?: unknown; readonly descriptor?: { readonly digest?: unknown } }
      | undefined;
    const digest = String(image?.descriptor?.digest);
    if (typeof image?.ref !== "string" || basename(path) !== `${sha256(image.ref)}.json`)
      problems.push(`${path} is no image`);
    problems.push(...treeProblems(digest, (hex) => (blobs.has(hex) ? readFileSync(blobPath(cache, hex)) : undefined)));
  }
  return problems;
}

/** Unfinished files of a cache folder. */
export function storeTemporaries(cache: string): readonly string[] {
  return filesBelow(join(cache, "tmp")).map((path) => basename(path));
}

/** The packages of every layer that the cache remembers. */
export function rememberedPackages(cache: string): readonly string[] {
  return rememberedLayers(cache).flatMap((layer) => layer.packages);
}

/** The paths of every layer that the cache remembers. */
export function rememberedPaths(cache: string): readonly string[] {
  return rememberedLayers(cache).flatMap(({ listing }) => {
    const file = parse(blobPath(cache, listing.replace(/^sha256:/, "")));
    return (file as { readonly entries: readonly { readonly path: string }[] }).entries.map((entry) => entry.path);
  });
}

interface RememberedLayer {
  readonly packages: readonly string[];
  readonly listing: string;
}

function rememberedLayers(cache: string): readonly RememberedLayer[] {
  return filesBelow(join(cache, "keys", "layers")).map(
    (path) => (parse(path) as { readonly value: RememberedLayer }).value,
  );
}

/** An image at a destination: none, or its digest and what is wrong with it. */
export type FoundImage =
  | { readonly digest: undefined; readonly problems: readonly string[] }
  | { readonly digest: string; readonly problems: readonly string[] };

/** The one image of a layout folder. A layout without index.json is none: no reader would take it for one. */
export function layoutImage(folder: string): FoundImage {
  if (!existsSync(join(folder, "index.json"))) return { digest: undefined, problems: [] };
  const problems: string[] = [];
  for (const path of filesBelow(join(folder, "blobs"))) {
    const name = basename(path);
    if (name.startsWith(".ociasm-")) continue;
    if (sha256(readFileSync(path)) !== name) problems.push(`blob ${name} of the layout is damaged`);
  }
  const found = imageIn((path) => {
    const file = join(folder, path);
    return existsSync(file) ? readFileSync(file) : undefined;
  });
  return { ...found, problems: [...problems, ...found.problems] };
}

/** Unfinished files at a destination folder or beside a destination file. */
export function destinationTemporaries(folder: string): readonly string[] {
  return filesBelow(folder).filter((path) => basename(path).startsWith(".ociasm-"));
}

/** The one image of a tar that `type=oci` wrote. */
export async function archiveImage(path: string): Promise<FoundImage> {
  if (!existsSync(path)) return { digest: undefined, problems: [] };
  const members = new Map<string, Buffer>();
  try {
    for await (const entry of createReadStream(path).pipe(extract())) {
      const parts: Buffer[] = [];
      for await (const part of entry) parts.push(part as Buffer);
      members.set(entry.header.name, Buffer.concat(parts));
    }
  } catch (error) {
    return { digest: undefined, problems: [`${path} is cut off: ${String(error)}`] };
  }
  return imageIn((name) => members.get(name));
}

type Read = (path: string) => Buffer | undefined;

function imageIn(read: Read): FoundImage {
  if (read("oci-layout")?.toString() !== '{"imageLayoutVersion":"1.0.0"}')
    return { digest: undefined, problems: ["oci-layout is missing or wrong"] };
  const index = JSON.parse(String(read("index.json"))) as {
    readonly manifests: readonly { readonly digest: string }[];
  };
  const [entry, ...others] = index.manifests;
  if (entry === undefined || others.length > 0)
    return { digest: undefined, problems: [`${index.manifests.length} images instead of one`] };
  return { digest: entry.digest, problems: treeProblems(entry.digest, (hex) => read(`blobs/sha256/${hex}`)) };
}

/** Follows a manifest to its config and its layers. */
function treeProblems(digest: string, blob: (hex: string) => Buffer | undefined): readonly string[] {
  const problems: string[] = [];
  const check = (descriptor: { readonly digest: string; readonly size?: number }): Buffer | undefined => {
    const hex = descriptor.digest.replace(/^sha256:/, "");
    const bytes = blob(hex);
    if (bytes === undefined) problems.push(`${descriptor.digest} is missing`);
    else if (sha256(bytes) !== hex) problems.push(`${descriptor.digest} is damaged`);
    else if (descriptor.size !== undefined && descriptor.size !== bytes.length)
      problems.push(`${descriptor.digest} has another size`);
    return bytes;
  };
  const manifest = check({ digest });
  if (manifest === undefined || problems.length > 0) return problems;
  const { config, layers } = JSON.parse(manifest.toString()) as {
    readonly config: { readonly digest: string; readonly size: number };
    readonly layers: readonly { readonly digest: string; readonly size: number }[];
  };
  for (const descriptor of [config, ...layers]) check(descriptor);
  return problems;
}

function keyProblems(path: string, blobs: ReadonlySet<string>): readonly string[] {
  const file = parse(path) as { readonly key?: unknown; readonly value?: Record<string, unknown> } | undefined;
  if (typeof file?.key !== "string" || file.value === undefined) return [`${path} is no key file`];
  if (basename(path) !== `${sha256(file.key)}.json`) return [`${path} holds another key`];
  if (basename(dirname(dirname(path))) !== "layers") return [];
  // A layer is remembered only when its blob and its listing are there.
  return ["digest", "listing"].flatMap((field) => {
    const hex = String(file.value?.[field]).replace(/^sha256:/, "");
    return blobs.has(hex) ? [] : [`${path}: its ${field} ${hex} is not in the store`];
  });
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function blobPath(cache: string, hex: string): string {
  return join(cache, "blobs", "sha256", hex.slice(0, 2), hex);
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
