import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ociLayout } from "../../src/destination/oci-layout.ts";
import type { PlanDocument } from "../../src/layers/plan-document.ts";
import { ociasm, type RunOptions, type RunResult } from "./cli.ts";
import { buildImage, buildLayer, layersIn, publicationOf } from "./image.ts";
import type { BuiltWheel } from "./wheel.ts";

// What a build system does with `ociasm layer` and `ociasm assemble`.

/** An OCI layout with what shows that there is a CPython 3.11.9. */
export async function pythonBase(folder: string, platform = "linux/amd64"): Promise<void> {
  const module = "usr/local/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so";
  const files = {
    "usr/local/bin/python3.11": { mode: 0o755, text: "" },
    [module]: "",
    "etc/passwd": "root:x:0:0:::\n",
  };
  const link = { type: "symlink" as const, linkname: "python3.11" };
  const layer = await buildLayer({ ...files, "usr/local/bin/python3": link });
  const image = buildImage(platform, [layer], { Env: ["PATH=/usr/local/bin:/bin", "PYTHON_VERSION=3.11.9"] });
  const signal = new AbortController().signal;
  const layers = layersIn(`${folder}-blobs`, [image]);
  await ociLayout(folder).write(publicationOf([image], []), { layers, report: () => {}, signal, environment: {} });
}

export function writeWheels(folder: string, wheels: readonly BuiltWheel[]): void {
  for (const { filename, bytes } of wheels) writeFileSync(join(folder, filename), bytes);
}

export function requirements(wheels: readonly BuiltWheel[]): string {
  return wheels
    .map(({ filename, sha256 }) => `${filename.split("-").slice(0, 2).join("==")} --hash=sha256:${sha256}\n`)
    .join("");
}

export interface Workspace {
  /** Where every path of the parameters starts from. */
  readonly folder: string;
  /** Writes parameters and runs a verb on them. */
  run(verb: "layer" | "assemble", params: object, options?: RunOptions): Promise<RunResult>;
  /** A layer that has to succeed, as `assemble` takes it. */
  layer(name: string, params: object): Promise<Readonly<Record<string, string>>>;
  /** The digest of an image that has to succeed. */
  assemble(params: object): Promise<string>;
}

export function workspace(folder: string, options: RunOptions = {}): Workspace {
  let count = 0;
  const run: Workspace["run"] = async (verb, params, more = {}) => {
    count += 1;
    const file = `${verb}-${count}.params.json`;
    writeFileSync(join(folder, file), JSON.stringify({ schema: 1, ...params }, undefined, 2));
    return ociasm([verb, file, "-q"], { cwd: folder, ...options, ...more });
  };
  const ok = async (verb: "layer" | "assemble", params: object): Promise<string> => {
    const { code, stdout, stderr } = await run(verb, params);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };
  return {
    folder,
    run,
    layer: async (name, params) => {
      const outputs = {
        layer: `out/${name}.layer`,
        metadata: `out/${name}.json`,
        listing: `out/${name}.listing.json`,
      };
      await ok("layer", { ...params, outputs });
      return outputs;
    },
    assemble: (params) => ok("assemble", params),
  };
}

/** All layers of a written plan, one after the other. */
export async function planLayers(
  { layer, folder }: Workspace,
  plan: string,
  wheels: string,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const { layers }: PlanDocument = JSON.parse(readFileSync(join(folder, plan), "utf8"));
  const made: Readonly<Record<string, string>>[] = [];
  await mkdir(join(folder, "out"), { recursive: true });
  for (const [at, one] of layers.entries()) {
    const files = one.wheels.map((wheel) => ({ ...wheel, from: `${wheels}/${wheel.filename}` }));
    made.push(await layer(`${at}`, { kind: one.kind, title: one.title, wheels: files }));
  }
  return made;
}
