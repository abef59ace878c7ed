import { join } from "node:path";
import type { TestContext } from "node:test";
import { assembleLayer } from "../../src/assemble/assemble.ts";
import type { Base } from "../../src/base/base.ts";
import { debianProvider } from "../../src/base/debian.ts";
import { gzip } from "../../src/codec/gzip.ts";
import { layerKey } from "../../src/layers/key.ts";
import type { LayerRecipe } from "../../src/layers/recipe.ts";
import type { DiskStore } from "../../src/store/disk.ts";
import { testHttp } from "./http.ts";

export interface SuiteRequest {
  readonly suite: string;
  readonly architecture: string;
  readonly system?: readonly string[];
  /** Else the one in OCIASM_DEB_MIRROR, else this host's apt sources. */
  readonly mirror?: string | undefined;
}

/** A real suite. */
export async function openSuite(t: TestContext, request: SuiteRequest, store: DiskStore): Promise<Base> {
  const { suite, architecture, system = [], mirror = process.env["OCIASM_DEB_MIRROR"] } = request;
  return debianProvider.open(
    `deb:${suite}`,
    {
      platform: { os: "linux", architecture },
      system,
      codec: { name: "gzip", level: gzip.defaultLevel, fingerprint: gzip.fingerprint(gzip.defaultLevel) },
      offline: false,
      ...(mirror === undefined ? {} : { debMirror: mirror }),
    },
    {
      blobs: store,
      index: store,
      http: testHttp(t, process.env),
      report: () => {},
      signal: new AbortController().signal,
      environment: process.env,
      now: Math.floor(Date.now() / 1000),
    },
  );
}

/** Path of the layer's blob in `folder`, made from the packages, which come into the store first. */
export async function makeLayer(base: Base, recipe: LayerRecipe, store: DiskStore, folder: string): Promise<string> {
  const sources: Record<string, string> = {};
  const signal = new AbortController().signal;
  for (const source of recipe.sources) {
    if (source.type !== "deb") continue;
    await base.fetchSource(source.sha256, () => {}, signal);
    sources[source.sha256] = store.path(`sha256:${source.sha256}`);
  }
  const blobPath = join(folder, `${recipe.kind}.tar.gz`);
  const job = { key: layerKey(recipe), recipe, sources, blobPath, listingPath: `${blobPath}.json` };
  await assembleLayer(job, { report: () => {}, signal });
  return blobPath;
}
