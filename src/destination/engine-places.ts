import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OciasmError } from "../errors.ts";
import { fieldsOf, optionalString, parseFields } from "../oci/fields.ts";
import { sha256Hex } from "../store/sha256.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where an engine may listen. */
export interface EnginePlace {
  /** For messages: "DOCKER_HOST", "the docker context colima", or the path itself. */
  readonly said: string;
  readonly address: { readonly socketPath: string } | { readonly url: string };
}

/** Places in the order in which they are tried; `named` ones were chosen by the user, and nothing else is tried then. */
export interface EnginePlaces {
  readonly named: boolean;
  readonly places: readonly EnginePlace[];
}

/**
 * DOCKER_HOST, then the context of DOCKER_CONTEXT or of docker's config.json, then CONTAINER_HOST, then the sockets
 * where docker and podman listen by default, with root and without. Throws USAGE for ssh:// and other kinds of address.
 */
export async function enginePlaces(environment: Environment): Promise<EnginePlaces> {
  const dockerHost = nonEmpty(environment["DOCKER_HOST"]);
  if (dockerHost !== undefined) return named(placeOf("DOCKER_HOST", dockerHost));
  const context = await contextPlace(environment);
  if (context !== undefined) return named(context);
  const containerHost = nonEmpty(environment["CONTAINER_HOST"]);
  if (containerHost !== undefined) return named(placeOf("CONTAINER_HOST", containerHost));
  const runtime = nonEmpty(environment["XDG_RUNTIME_DIR"]);
  const home = nonEmpty(environment["HOME"]);
  const sockets = [
    "/var/run/docker.sock",
    ...(runtime === undefined ? [] : [join(runtime, "docker.sock")]),
    ...(home === undefined ? [] : [join(home, ".docker/run/docker.sock")]),
    ...(runtime === undefined ? [] : [join(runtime, "podman/podman.sock")]),
    "/run/podman/podman.sock",
  ];
  return { named: false, places: sockets.map((socketPath) => ({ said: socketPath, address: { socketPath } })) };
}

function named(place: EnginePlace): EnginePlaces {
  return { named: true, places: [place] };
}

/** `docker context use`: the name stands in config.json, its endpoint in a folder that is called by the name's hash. */
async function contextPlace(environment: Environment): Promise<EnginePlace | undefined> {
  const home = nonEmpty(environment["HOME"]);
  const folder = nonEmpty(environment["DOCKER_CONFIG"]) ?? (home === undefined ? undefined : join(home, ".docker"));
  if (folder === undefined) return undefined;
  const name = nonEmpty(environment["DOCKER_CONTEXT"]) ?? (await currentContext(join(folder, "config.json")));
  if (name === undefined || name === "default") return undefined;
  const path = join(folder, "contexts", "meta", sha256Hex(name), "meta.json");
  const host = await contextHost(path);
  if (host !== undefined) return placeOf(`the docker context ${name}`, host);
  throw new OciasmError("USAGE", `the docker context ${JSON.stringify(name)} has no endpoint in ${path}`, {
    hint: "choose another with `docker context use`, or set DOCKER_HOST",
  });
}

async function currentContext(path: string): Promise<string | undefined> {
  return readJson(path, (fields) => nonEmpty(optionalString(fields, "currentContext")));
}

async function contextHost(path: string): Promise<string | undefined> {
  return readJson(path, (fields) => {
    const docker = fieldsOf(fieldsOf(fields.get("Endpoints"), "Endpoints").get("docker"), "Endpoints.docker");
    return nonEmpty(optionalString(docker, "Host"));
  });
}

/** What can't be read says nothing: docker itself reads these files leniently. */
async function readJson<T>(path: string, read: (fields: ReturnType<typeof parseFields>) => T): Promise<T | undefined> {
  try {
    return read(parseFields(await readFile(path), path, 1024 * 1024));
  } catch {
    return undefined;
  }
}

function placeOf(said: string, text: string): EnginePlace {
  const socketPath = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (socketPath !== undefined) return { said: `${said} (${socketPath})`, address: { socketPath } };
  const tcp = /^(?:tcp|http):\/\/([^/@]+)\/?$/.exec(text)?.[1];
  if (tcp !== undefined) return { said: `${said} (${tcp})`, address: { url: `http://${tcp}/` } };
  const scheme = /^[a-z]+:\/\//.exec(text)?.[0] ?? "";
  throw new OciasmError(
    "USAGE",
    `${said} is ${scheme === "" ? "no address" : `a ${scheme} address`}, which can't be loaded into`,
    {
      hint:
        scheme === "ssh://"
          ? "write a tar with -o type=docker,dest=FILE and load it there: ssh HOST docker load < FILE"
          : "use unix:///PATH or tcp://HOST:PORT, or write a tar with -o type=docker,dest=FILE",
    },
  );
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
