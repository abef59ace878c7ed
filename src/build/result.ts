import type { TransferEvent } from "../events.ts";
import type { LayerKind } from "../layers/recipe.ts";
import type { Digest } from "../oci/digest.ts";

/** What `build --json` prints; the shape is a contract (schema/result.schema.json). */
export interface BuildResult {
  readonly schema: 1;
  /** "repository:tag@sha256:…", or the digest alone for an image without a name. */
  readonly ref: string;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly tags: readonly string[];
  readonly images: readonly ImageResult[];
  readonly bytes: ByteCounts;
  readonly seconds: number;
}

export interface ImageResult {
  readonly platform: string;
  /** Absent in a plan. */
  readonly digest: Digest | null;
  readonly config: Digest | null;
  /** Bytes of all layers, compressed. */
  readonly size: number;
  readonly layers: readonly LayerResult[];
}

export interface LayerResult {
  readonly digest: Digest | null;
  readonly diffId: Digest | null;
  readonly size: number;
  /** Of a planned layer: `size` leaves out bytecode, and wheels whose size nobody told. */
  readonly sizeUnknown?: true;
  readonly mediaType: string;
  readonly kind: LayerKind;
  readonly key: Digest | null;
  readonly title: string;
  readonly packages: readonly string[];
  readonly origin: "base" | "store" | "registry" | "built" | "planned";
}

export interface ByteCounts {
  readonly wheelsFetched: number;
  readonly debsFetched: number;
  readonly baseFetched: number;
  readonly cacheFetched: number;
  /** Of interpreters, which make bytecode and build projects. */
  readonly runtimeFetched: number;
  readonly assembled: number;
  readonly uploaded: number;
  readonly mounted: number;
  readonly existing: number;
}

/** Everything that was downloaded. */
export function fetchedBytes(bytes: ByteCounts): number {
  return bytes.wheelsFetched + bytes.debsFetched + bytes.baseFetched + bytes.cacheFetched + bytes.runtimeFetched;
}

/** Adds up what a run moved, from its events. */
export function createByteCounter(): { add(event: TransferEvent): void; fetched(what: TransferEvent["what"]): number } {
  const done = new Map<string, TransferEvent>();
  return {
    add: (event) => {
      if (event.state === "done") done.set(`${event.what} ${event.id}`, event);
    },
    fetched: (what) => [...done.values()].reduce((sum, event) => sum + (event.what === what ? event.bytes : 0), 0),
  };
}
