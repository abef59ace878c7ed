import type { IncomingHttpHeaders } from "node:http";
import type { Profile } from "./profile.ts";
import type { State } from "./state.ts";

export type Place = "registry" | "token" | "storage";

/** How a request said who it is from. */
export type AuthorizationKind = "none" | "basic" | "bearer" | "other";

/** One request as the audit keeps it. */
export interface Seen {
  /** From 0, in the order of arrival over all hosts. */
  readonly order: number;
  readonly place: Place;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: AuthorizationKind;
  readonly headers: IncomingHttpHeaders;
  /** 0 until it is answered, and for good when the connection is cut. */
  status: number;
  /** Bytes of body that were read and written. */
  bytesIn: number;
  bytesOut: number;
  /** How many requests had come when it was answered. */
  answered: number | undefined;
}

/** A request in the hands of a handler. */
export interface Exchange {
  readonly seen: Seen;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Content-Length, if there is one. */
  readonly bodySize: number | undefined;
  /** Reads the body: once, and only when it is called. */
  body(): AsyncIterable<Uint8Array>;
}

/** What all handlers share. */
export interface House {
  readonly state: State;
  readonly profile: Profile;
  /** Origins without a slash. */
  readonly registryUrl: string;
  readonly storageUrl: string;
  /** Tell the audit. */
  manifestPut(exchange: Exchange, repository: string, digest: string, tags: readonly string[]): void;
  blobStored(exchange: Exchange, repository: string, digest: string, size: number): void;
}

export async function collect(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > limit) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
