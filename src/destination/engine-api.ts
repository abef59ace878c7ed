import { OciasmError } from "../errors.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../net/http-client.ts";
import { type Fields, fieldsOf, optionalString, parseFields } from "../oci/fields.ts";
import { normalisePlatform, type Platform } from "../oci/platform.ts";
import type { EnginePlace } from "./engine-places.ts";

const MAX_ANSWER = 4 * 1024 * 1024;
const MAX_LOAD_ANSWER = 64 * 1024 * 1024;
// An engine unpacks all layers before it says anything.
const LOAD_SECONDS = 1800;

/** The part of Docker's Engine API that loading needs; podman speaks it too. */
export interface Engine {
  readonly place: EnginePlace;
  readonly platform: Platform;
  /** Id of the image of that name or id; undefined when the engine has none. */
  imageId(name: string): Promise<string | undefined>;
  /** Throws IO_ERROR with the engine's own words when it refuses the tar. */
  load(tar: () => AsyncIterable<Uint8Array>, size: number): Promise<void>;
  tag(id: string, repository: string, tag: string): Promise<void>;
}

/** Asks for its version; rejects with NETWORK when nobody listens, IO_ERROR when it is no engine that answers. */
export async function connectEngine(place: EnginePlace, http: HttpClient, signal: AbortSignal): Promise<Engine> {
  const call = (request: Pick<HttpRequest, "method"> & { readonly path: string } & Partial<HttpRequest>) =>
    callEngine(place, http, signal, request);
  const version = await call({ method: "GET", path: "version", stallSeconds: 10 });
  if (version.status !== 200) throw await engineError(version, `${place.said} is no container engine`);
  const fields = parseFields(await version.bytes(MAX_ANSWER), `the version of ${place.said}`, MAX_ANSWER);
  const [os = "linux", architecture = "amd64"] = [optionalString(fields, "Os"), optionalString(fields, "Arch")];
  return {
    place,
    platform: normalisePlatform({ os, architecture }),
    imageId: async (name) => {
      const answer = await call({ method: "GET", path: `images/${name}/json` });
      if (answer.status === 200) return readId(await answer.bytes(MAX_ANSWER));
      if (answer.status !== 404) throw await engineError(answer, `${place.said} doesn't say whether it has ${name}`);
      await answer.discard();
      return undefined;
    },
    load: async (tar, size) => {
      const headers = { "content-type": "application/x-tar" };
      const body = { headers, body: tar, bodySize: size, answerSeconds: LOAD_SECONDS, stallSeconds: LOAD_SECONDS };
      const answer = await call({ method: "POST", path: "images/load?quiet=1", ...body });
      if (answer.status !== 200) throw await engineError(answer, `${place.said} refused the image`);
      refuseErrors(await answer.text(MAX_LOAD_ANSWER), place);
    },
    tag: async (id, repository, tag) => {
      const query = new URLSearchParams({ repo: repository, tag });
      const answer = await call({ method: "POST", path: `images/${id}/tag?${query}` });
      if (answer.status !== 201) throw await engineError(answer, `${place.said} refused the name ${repository}:${tag}`);
      await answer.discard();
    },
  };
}

function callEngine(
  place: EnginePlace,
  http: HttpClient,
  signal: AbortSignal,
  { path, ...request }: Pick<HttpRequest, "method"> & { readonly path: string } & Partial<HttpRequest>,
): Promise<HttpResponse> {
  const at =
    "socketPath" in place.address
      ? { url: `http://engine/${path}`, socketPath: place.address.socketPath }
      : { url: `${place.address.url}${path}` };
  return http.request({ ...request, ...at, signal, maxRedirects: 0 });
}

function readId(bytes: Uint8Array): string | undefined {
  return optionalString(parseFields(bytes, "the engine's answer", MAX_ANSWER), "Id");
}

/** The answer to a load is 200 from the first byte on: what went wrong stands in its lines. */
function refuseErrors(text: string, place: EnginePlace): void {
  for (const line of text.split("\n")) {
    const fields = lineFields(line);
    if (fields === undefined) continue;
    const message = detailOf(fields) ?? stringOf(fields.get("error"));
    if (message === undefined) continue;
    throw new OciasmError("IO_ERROR", `${place.said} could not load the image: ${shown(message)}`, {
      hint: "write a tar with -o type=docker,dest=FILE, and load it by hand to see more",
    });
  }
}

function detailOf(fields: Fields): string | undefined {
  const detail = fields.get("errorDetail");
  if (typeof detail !== "object" || detail === null) return stringOf(detail);
  return stringOf(fieldsOf(detail, "errorDetail").get("message")) ?? "it does not say why";
}

function lineFields(line: string): Fields | undefined {
  if (line.trim() === "") return undefined;
  try {
    return fieldsOf(JSON.parse(line), "line");
  } catch {
    return undefined;
  }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function engineError(answer: HttpResponse, what: string): Promise<OciasmError> {
  const text = await answer.text(64 * 1024).catch(() => "");
  const said = lineFields(text)?.get("message");
  return new OciasmError(
    "IO_ERROR",
    `${what}: it answered ${answer.status}${said === undefined ? "" : `, ${shown(String(said))}`}`,
  );
}

/** On one line, and not without end. */
function shown(text: string): string {
  return [...text.slice(0, 500)]
    .map((character) => (character < " " || character === "\u007f" ? " " : character))
    .join("");
}
