import { OciasmError, toOciasmError } from "../errors.ts";
import type { HttpClient } from "../net/http-client.ts";
import { parseReference } from "../oci/reference.ts";
import { onePlatform } from "./archive.ts";
import { archiveBytes, archiveMembers, archiveSize, layersSize } from "./archive-members.ts";
import { type ContainerdClient, findContainerd, loadIntoContainerd } from "./containerd.ts";
import type { Destination, DestinationType, Publication, WriteDeps, WriteResult } from "./destination.ts";
import { connectEngine, type Engine } from "./engine-api.ts";
import { enginePlaces } from "./engine-places.ts";
import { fullNames, layersOf, topDocument } from "./named-entries.ts";
import { checkKeys } from "./output-spec.ts";

/** `type=docker` without `dest`, and `--load`: into the container engine of this host. */
export const engineType: DestinationType = {
  name: "engine",
  open: (spec) => {
    if (spec["type"] !== "docker" || spec["dest"] !== undefined) return undefined;
    checkKeys(spec, ["dest"]);
    return engineDestination();
  },
};

type FindDeps = Pick<WriteDeps, "environment" | "http" | "signal">;

/** Loads into docker or podman over their API, or into containerd through its client, unless the image is there. */
export function engineDestination(): Destination {
  return {
    title: "container engine",
    platform: (deps) =>
      withHttp(deps, async (http) => {
        const found = await findEngine(http, deps);
        return "platform" in found ? found.platform : undefined;
      }),
    write: (publication, deps) =>
      withHttp(deps, async (http) => {
        const image = onePlatform(publication);
        const found = await findEngine(http, deps);
        return "platform" in found ? loadIntoEngine(found, image, deps) : pipe(found, image, deps);
      }),
  };
}

async function withHttp<T>(deps: FindDeps, work: (http: HttpClient) => Promise<T>): Promise<T> {
  if (deps.http !== undefined) return work(deps.http);
  const { createHttp } = await import("../net/http.ts");
  const http = createHttp({ environment: deps.environment, userAgent: "ociasm" });
  try {
    return await work(http);
  } finally {
    await http.close();
  }
}

/** The first place where an engine answers. Rejects with IO_ERROR that lists the places that were looked at. */
async function findEngine(http: HttpClient, { environment, signal }: FindDeps): Promise<Engine | ContainerdClient> {
  const { named, places } = await enginePlaces(environment);
  const failures: string[] = [];
  for (const place of places) {
    try {
      return await connectEngine(place, http, signal);
    } catch (error) {
      const { code, message, cause } = toOciasmError(error);
      if (code === "INTERRUPTED") throw error;
      failures.push(`${place.said}: ${reason(cause) ?? message}`);
    }
  }
  const containerd = named ? undefined : await findContainerd(environment);
  if (containerd !== undefined) return containerd;
  const looked = named ? failures : [...failures, "nerdctl and ctr: not installed, or no containerd answers"];
  throw new OciasmError("IO_ERROR", `no container engine to load into; looked at ${looked.join("; ")}`, {
    hint: "start docker or podman (`systemctl --user start podman.socket`), set DOCKER_HOST, or use -o type=docker,dest=FILE",
  });
}

/** A socket's errors in words that need no URL. */
function reason(cause: unknown): string | undefined {
  const words: Readonly<Record<string, string>> = {
    ENOENT: "not there",
    ECONNREFUSED: "nobody listens",
    EACCES: "permission denied",
    EPERM: "permission denied",
  };
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return words[code];
}

async function loadIntoEngine(engine: Engine, image: Publication, deps: WriteDeps): Promise<WriteResult> {
  const size = layersOf(image.images).reduce((sum, layer) => sum + layer.size, 0);
  const ids = idsOf(image);
  const names = fullNames(image).filter((name) => !name.includes("@"));
  const missing = await missingNames(engine, names, ids);
  const known = await firstKnown(engine, ids);
  if (known !== undefined) {
    for (const name of missing) await tagImage(engine, known, name);
    return { uploaded: 0, mounted: 0, existing: size };
  }
  const members = archiveMembers(image);
  await engine.load(() => archiveBytes(members, deps), archiveSize(members));
  const absent = await missingNames(engine, names, ids);
  if (absent.length === 0 && (names.length > 0 || (await firstKnown(engine, ids)) !== undefined))
    return { uploaded: layersSize(members), mounted: 0, existing: 0 };
  throw new OciasmError(
    "HASH_MISMATCH",
    `${engine.place.said} took the image, but has another under ${absent[0] ?? "its id"}`,
    { hint: "write a tar with -o type=docker,dest=FILE, and load it by hand to see more" },
  );
}

/** An engine calls an image by its config's digest, one with containerd's store by its manifest's. */
function idsOf(image: Publication): readonly string[] {
  const config = image.images[0]?.config.descriptor.digest;
  return [...(config === undefined ? [] : [config]), topDocument(image).descriptor.digest];
}

async function firstKnown(engine: Engine, ids: readonly string[]): Promise<string | undefined> {
  for (const id of ids) if (isOneOf(await engine.imageId(id), ids)) return id;
  return undefined;
}

async function missingNames(
  engine: Engine,
  names: readonly string[],
  ids: readonly string[],
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const name of names) if (!isOneOf(await engine.imageId(name), ids)) missing.push(name);
  return missing;
}

// podman leaves the algorithm out.
function isOneOf(id: string | undefined, ids: readonly string[]): boolean {
  return id !== undefined && ids.some((known) => known === id || known === `sha256:${id}`);
}

async function tagImage(engine: Engine, id: string, name: string): Promise<void> {
  const { registry, repository, tag = "latest" } = parseReference(name);
  await engine.tag(id, `${registry}/${repository}`, tag);
}

async function pipe(client: ContainerdClient, image: Publication, deps: WriteDeps): Promise<WriteResult> {
  const members = archiveMembers(image);
  await loadIntoContainerd(client, archiveBytes(members, deps), deps.environment, deps.signal);
  return { uploaded: layersSize(members), mounted: 0, existing: 0 };
}
