import { type Answer, failure, json } from "./answer.ts";
import { blob } from "./blobs.ts";
import type { Exchange, House } from "./exchange.ts";
import { referrers, tags } from "./listings.ts";
import { manifest } from "./manifests.ts";
import { upload } from "./uploads.ts";

const NAME = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const PATH = /^\/v2\/(?:(.+)\/(blobs\/uploads|blobs|manifests|tags|referrers)(?:\/([^/]*))?)?$/;

/** A path of the API, taken apart. */
export interface Route {
  readonly repository: string;
  readonly kind: string;
  readonly rest: string;
}

export function routeOf(url: URL): Route | undefined {
  const match = PATH.exec(url.pathname);
  return match === null ? undefined : { repository: match[1] ?? "", kind: match[2] ?? "", rest: match[3] ?? "" };
}

/** Answers what has passed the gate. */
export async function answer(exchange: Exchange, house: House, route: Route): Promise<Answer> {
  const { repository, kind, rest } = route;
  if (kind === "") return json({}, { "docker-distribution-api-version": "registry/2.0" });
  if (!NAME.test(repository)) return failure(400, "NAME_INVALID");
  if (kind === "blobs/uploads") return upload(exchange, house, repository, rest);
  if (kind === "blobs") return blob(exchange, house, repository, rest);
  if (kind === "manifests") return manifest(exchange, house, repository, rest);
  return kind === "tags" ? tags(exchange, house, repository) : referrers(exchange, house, repository, rest);
}

/** The other host: it knows nobody, and takes what is signed. */
export async function answerAtStorage(exchange: Exchange, house: House): Promise<Answer> {
  if (exchange.seen.authorization !== "none" && house.profile.storageRefusesAuthorization)
    return { status: 400, body: "<Error><Code>InvalidArgument</Code>Only one auth mechanism allowed</Error>" };
  if (!exchange.url.searchParams.has("X-Signature"))
    return { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" };
  const route = routeOf(exchange.url);
  if (route?.kind === "blobs/uploads" || route?.kind === "blobs") return answer(exchange, house, route);
  return { status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" };
}
