import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { extract } from "tar-stream";
import type { AssembleJob } from "../../src/assemble/job.ts";
import { codecNamed } from "../../src/codec/codecs.ts";
import type { InstallScheme, LayerRecipe, LayerSource } from "../../src/layers/recipe.ts";
import { type BuiltWheel, buildWheel, type WheelSpec } from "./wheel.ts";

export const SCHEME: InstallScheme = {
  name: "venv",
  site: "app/.venv/lib/python3/site-packages",
  scripts: "app/.venv/bin",
  headers: "app/.venv/include/site/python3",
  data: "app/.venv",
  interpreter: "/app/.venv/bin/python",
  links: {},
};

export const SITE: string = SCHEME.site;
export const MTIME = 315_532_800;

export interface JobSpec {
  readonly wheels?: readonly (WheelSpec & { readonly exclude?: readonly string[] })[];
  /** Image path -> content of a project file. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly sources?: readonly LayerSource[];
  readonly recipe?: Partial<LayerRecipe>;
  readonly codec?: "gzip" | "zstd" | "none";
  /** Told apart when several jobs share a folder. */
  readonly name?: string;
}

/** A job whose inputs lie in `folder`, where its output will lie too. */
export async function makeJob(folder: string, spec: JobSpec): Promise<AssembleJob> {
  const { name = "layer" } = spec;
  const sources: LayerSource[] = [...(spec.sources ?? [])];
  const paths: Record<string, string> = {};
  for (const wheelSpec of spec.wheels ?? []) {
    const wheel: BuiltWheel = buildWheel(wheelSpec);
    paths[wheel.sha256] = await place(folder, wheel.sha256, wheel.bytes);
    const { filename, sha256, size } = wheel;
    const exclude = wheelSpec.exclude === undefined ? {} : { exclude: wheelSpec.exclude };
    sources.push({
      type: "wheel",
      name: wheelSpec.name,
      version: wheelSpec.version,
      filename,
      sha256,
      size,
      ...exclude,
    });
  }
  for (const [path, content] of Object.entries(spec.files ?? {})) {
    const bytes = Buffer.from(content);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    paths[sha256] = await place(folder, sha256, bytes);
    sources.push({ type: "file", path, mode: 0o644, sha256, size: bytes.length });
  }
  const codec = codecNamed(spec.codec ?? "gzip");
  const recipe: LayerRecipe = {
    kind: "package",
    title: name,
    packages: [],
    sources,
    scheme: SCHEME,
    codec: { name: codec.name, level: codec.defaultLevel, fingerprint: codec.fingerprint(codec.defaultLevel) },
    mtime: MTIME,
    directories: [],
    ...spec.recipe,
  };
  const key = `sha256:${createHash("sha256").update(name).digest("hex")}` as const;
  const [blobPath, listingPath] = [join(folder, `${name}.blob`), join(folder, `${name}.json`)];
  return { key, recipe, sources: paths, blobPath, listingPath };
}

async function place(folder: string, sha256: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, sha256);
  await writeFile(path, bytes);
  return path;
}

export interface TarItem {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly linkName: string | undefined;
  readonly content: Buffer;
}

/** A tar as tar-stream, which is not ours, reads it. */
export async function readTar(tar: Buffer): Promise<readonly TarItem[]> {
  const items: TarItem[] = [];
  const extractor = extract();
  extractor.end(tar);
  for await (const entry of extractor) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { header } = entry;
    items.push({
      name: header.name.replace(/\/$/, ""),
      type: header.type ?? "",
      mode: header.mode ?? -1,
      uid: header.uid ?? -1,
      gid: header.gid ?? -1,
      mtime: (header.mtime?.getTime() ?? -1) / 1000,
      linkName: header.linkname ?? undefined,
      content: Buffer.concat(chunks),
    });
  }
  return items;
}
