import type { TestContext } from "node:test";
import { type Copied, copyStep } from "../../src/build/copy-step.ts";
import { copyTarget } from "../../src/build/copy-target.ts";
import type { BuildDeps } from "../../src/build/deps.ts";
import { openImageArgument } from "../../src/build/image-argument.ts";
import { createLimits } from "../../src/build/limits.ts";
import type { Document } from "../../src/destination/destination.ts";
import type { BuildEvent } from "../../src/events.ts";
import { createHttp } from "../../src/net/http.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import {
  DOCKER_CONFIG,
  DOCKER_LAYER,
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_MANIFEST,
} from "../../src/oci/media-types.ts";
import { type Platform, parsePlatform } from "../../src/oci/platform.ts";
import { createRegistries } from "../../src/registry/registries.ts";
import type { FakeRegistry } from "../fake-registry/registry.ts";
import { type BuiltLayer, buildLayer, digestOfBytes } from "./image.ts";
import { temporaryStore } from "./temporary-store.ts";

/** An index as builders write them, with every document that it leads to and the bytes of its layers. */
export interface Moved {
  readonly top: Document;
  readonly documents: readonly Document[];
  readonly layers: readonly BuiltLayer[];
}

/** Indented: whoever parses and writes it anew changes its digest. */
export function spacedDocument(mediaType: string, value: unknown): Document {
  const bytes = Buffer.from(`${JSON.stringify(value, undefined, 3)}\n`);
  return { descriptor: { mediaType, digest: digestOfBytes(bytes), size: bytes.length }, bytes };
}

/** amd64 in OCI's types, arm64 in Docker's below an index of its own, and an attestation of the first. */
export async function mixedIndex(): Promise<Moved> {
  const shared = await buildLayer({ "etc/shared": "both" });
  const own = await buildLayer({ "app/amd64": "1" });
  const docker = await buildLayer({ "app/arm64": "1" });
  const statement = await buildLayer({ "statement.json": "{}" });
  const amd64 = image("linux/amd64", [shared, own], OCI_MANIFEST, OCI_CONFIG);
  const arm64 = image("linux/arm64", [shared, docker], DOCKER_MANIFEST, DOCKER_CONFIG);
  const nested = spacedDocument(OCI_INDEX, {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [{ ...arm64.manifest.descriptor, platform: parsePlatform("linux/arm64") }],
  });
  const proof = attestation(statement, amd64.manifest.descriptor);
  const top = spacedDocument(OCI_INDEX, {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [
      { ...amd64.manifest.descriptor, platform: parsePlatform("linux/amd64") },
      nested.descriptor,
      proof.entry,
    ],
    annotations: { "org.example.kept": "yes" },
  });
  return {
    top,
    documents: [amd64.config, amd64.manifest, arm64.config, arm64.manifest, nested, proof.config, proof.manifest, top],
    layers: [shared, own, docker, statement],
  };
}

function attestation(statement: BuiltLayer, subject: Descriptor) {
  const proof = image("unknown/unknown", [statement], OCI_MANIFEST, OCI_CONFIG);
  const annotations = {
    "vnd.docker.reference.type": "attestation-manifest",
    "vnd.docker.reference.digest": subject.digest,
  };
  const platform = { os: "unknown", architecture: "unknown" };
  return { ...proof, entry: { ...proof.manifest.descriptor, platform, annotations } };
}

/** An image whose manifest and config are of these types. */
export function image(
  platformText: string,
  built: readonly BuiltLayer[],
  manifestType: string,
  configType: string,
): { readonly config: Document; readonly manifest: Document } {
  const platform = parsePlatform(platformText);
  const config = spacedDocument(configType, {
    ...platform,
    config: {},
    rootfs: { type: "layers", diff_ids: built.map((layer) => layer.diffId) },
  });
  const mediaType = manifestType === DOCKER_MANIFEST ? `${DOCKER_LAYER}.gzip` : undefined;
  const layers = built.map(({ descriptor }) => ({ ...descriptor, ...(mediaType === undefined ? {} : { mediaType }) }));
  const manifest = spacedDocument(manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: config.descriptor,
    layers,
  });
  return { config, manifest };
}

/** Puts it there behind the registry's back. */
export function seedMoved(registry: FakeRegistry, repository: string, tag: string, moved: Moved): void {
  for (const layer of moved.layers) registry.seed(repository, layer.bytes);
  for (const { descriptor, bytes } of moved.documents) {
    if (!descriptor.mediaType.includes("config") && !descriptor.mediaType.includes("container.image"))
      registry.seedManifest(repository, undefined, descriptor.mediaType, bytes);
    else registry.seed(repository, bytes);
  }
  registry.seedManifest(repository, tag, moved.top.descriptor.mediaType, moved.top.bytes);
}

export interface Mover {
  readonly deps: BuildDeps;
  readonly events: readonly BuildEvent[];
  copy(from: string, to: string, platform?: Platform): Promise<Copied>;
}

/** `ociasm copy` without a process around it, with a store of its own. */
export function mover(t: TestContext, signal: AbortSignal = new AbortController().signal): Mover {
  const http = createHttp({ environment: {}, userAgent: "test" });
  t.after(() => http.close());
  const events: BuildEvent[] = [];
  const report: BuildDeps["report"] = (event) => void events.push(event);
  const deps: BuildDeps = {
    store: temporaryStore(t),
    http,
    registries: createRegistries({ http, report, signal, environment: {} }),
    compilers: { run: unused, rest: async () => {}, close: async () => {} },
    pool: { assemble: unused, close: async () => {} } as unknown as BuildDeps["pool"],
    limits: createLimits(1),
    report,
    signal,
    environment: {},
    now: 1_600_000_000,
    offline: false,
  };
  const copy: Mover["copy"] = async (from, to, platform) => {
    const source = await openImageArgument(from, deps);
    try {
      return await copyStep(source, [copyTarget(to, source.name)], platform, deps);
    } finally {
      await source.close();
    }
  };
  return { deps, events, copy };
}

function unused(): never {
  throw new Error("a copy assembles nothing");
}
