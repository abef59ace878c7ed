import { OciasmError } from "../errors.ts";
import { type Digest, isDigest } from "./digest.ts";

/** A place in a registry. `registry` is host[:port]; at least one of tag and digest is set unless only the repository was named. */
export interface Reference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const HOST =
  /^(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::\d{1,5})?$/;
const PATH_PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const MAX_NAME = 255;
const MAX_TEXT = 1024;

// The registry that a name without a host means to every engine, and where it keeps what has no owner.
const HUB = "docker.io";
const HUB_ALIASES: readonly string[] = ["index.docker.io", "registry-1.docker.io", HUB];

/**
 * Reads `[host[:port]/]path[:tag][@digest]` as engines do (distribution/reference): a first part without dot, colon
 * or upper case that isn't `localhost` is no host, and the name is Docker Hub's. Throws USAGE.
 */
export function parseReference(text: string): Reference {
  if (text.length > MAX_TEXT) throw wrong(text, "is too long");
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest))
    throw wrong(text, "has a digest that is not sha256: and 64 hex digits");
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) throw wrong(text, "has a tag that is not letters, digits, _ . and -");
  const name = splitName(colon < 0 ? named : named.slice(0, colon), text);
  return { ...name, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** Reads a reference and gives it the tag `latest` when it names neither tag nor digest. */
export function parseTagged(text: string): Reference {
  const reference = parseReference(text);
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: "latest" } : reference;
}

function splitName(name: string, text: string): Pick<Reference, "registry" | "repository"> {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hasHost = /[.:[A-Z]/.test(first) || first === "localhost";
  const host = hasHost ? first : HUB;
  const path = hasHost ? name.slice(slash + 1) : name;
  if (!HOST.test(host) || !validPort(host)) throw wrong(text, "has no valid host");
  const registry = HUB_ALIASES.includes(host.toLowerCase()) ? HUB : host;
  const repository = registry === HUB && !path.includes("/") ? `library/${path}` : path;
  if (!repository.split("/").every((part) => PATH_PART.test(part))) {
    throw wrong(text, "has a name that is not lower-case letters, digits and single . _ - between them");
  }
  if (!hasHost && /^[0-9a-f]{64}$/.test(path)) throw wrong(text, "could be mistaken for an image id");
  if (registry.length + 1 + repository.length > MAX_NAME) throw wrong(text, `is longer than ${MAX_NAME} characters`);
  return { registry, repository };
}

function validPort(host: string): boolean {
  const port = /:(\d+)$/.exec(host)?.[1];
  return port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
}

/** The full form that containerd uses: host, path, tag and digest as far as they are there. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

/** Host and port that speak the registry protocol for a reference's registry. */
export function apiHost(registry: string): string {
  return registry === HUB ? "registry-1.docker.io" : registry;
}

function wrong(text: string, why: string): OciasmError {
  return new OciasmError("USAGE", `image reference ${JSON.stringify(text.slice(0, 120))} ${why}`, {
    hint: "write it as host/name:tag or host/name@sha256:…",
  });
}
