import type { Report } from "../events.ts";
import type { HttpClient } from "../net/http-client.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Platform } from "../oci/platform.ts";
import type { Registries } from "../registry/registries.ts";
import type { FilePart } from "../store/file-stream.ts";
import type { WithLock } from "../store/lock.ts";

/** A document (manifest, index, config) with its bytes. */
export interface Document {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** A finished image for one platform: bytes exist and are hashed before anything is written anywhere. */
export interface FinishedImage {
  readonly platform: Platform;
  readonly manifest: Document;
  readonly config: Document;
  readonly layers: readonly Descriptor[];
}

/** What is published: one image, or an index over several. */
export interface Publication {
  readonly images: readonly FinishedImage[];
  readonly index?: Document;
  /** Indexes that `index` names, and those that they name: children first. Copies have them, builds never. */
  readonly indexes?: readonly Document[];
  /** Full references that it shall be known by, e.g. "localhost:5000/app:1"; may be empty for files. */
  readonly tags: readonly string[];
  /** Names that mean something within a layout or an archive only, e.g. "1" of `oci:DIR:1`. */
  readonly refNames?: readonly string[];
}

/** Layer blobs on demand, e.g. base layers that may never be needed. */
export interface LayerBlobs {
  /** Makes sure that the blob lies on this host and gives its path. */
  local(layer: Descriptor): Promise<string>;
  /** Repositories, e.g. "localhost:5000/base", that are known to have the blob: a registry may mount it from there. */
  origins?(layer: Descriptor): readonly string[];
  /** The blob's bytes from byte `start` (0) on, as often as they are asked for, without keeping them on this host. */
  stream?(layer: Descriptor, start?: number): AsyncIterable<Uint8Array>;
  /** Where the bytes lie unchecked in a file of this host; undefined where they come from elsewhere. */
  place?(layer: Descriptor): Promise<FilePart | undefined>;
}

export interface WriteDeps {
  readonly layers: LayerBlobs;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Shared connections, where the caller has any. */
  readonly http?: HttpClient;
  /** Shared logins, likewise. */
  readonly registries?: Registries;
  /** One of several runs at a time, where the caller has locks: for what is read, changed and written back. */
  readonly withLock?: WithLock;
  /** 0 to 1, spreads the waits of clients that a registry turned away together. */
  readonly random?: () => number;
}

/** Bytes moved and spared. */
export interface WriteResult {
  readonly uploaded: number;
  readonly mounted: number;
  readonly existing: number;
}

/** An output of the command line: `type=oci,dest=…`. Add one: a file here and a line in ./destinations.ts. */
export interface DestinationType {
  readonly name: string;
  /** Parsed `key=value` pairs of the spec; undefined when it is not this type's; throws USAGE for one that is wrong. */
  open(spec: Readonly<Record<string, string>>): Destination | undefined;
}

/** An image on its way, layer by layer. */
export interface Publishing {
  /** Brings a layer in the background as soon as it exists; what goes wrong is told by `finish`. */
  layer(layer: Descriptor): void;
  /** Brings what is still missing, then documents and names, as `Destination.write` does. */
  finish(publication: Publication): Promise<WriteResult>;
  /** Waits for whatever is under way, after `finish` or instead of it. */
  close(): Promise<void>;
}

export interface Destination {
  /** For messages: "oci:out", "docker archive out.tar", "registry". */
  readonly title: string;
  /** Repositories that it pushes to without a tag: what it wrote is found as `NAME@DIGEST`. */
  readonly names?: readonly string[];
  /** What an image with these tags will be known by there: an earlier build may have left its image under the same name. */
  replaces?(tags: readonly string[]): readonly string[];
  /** Starts to bring layers before the image is known: `write` in two parts. Throws USAGE. */
  begin?(tags: readonly string[], deps: WriteDeps): Promise<Publishing>;
  /** The platform that it wants where none was asked for: an engine's own. */
  platform?(deps: Pick<WriteDeps, "environment" | "http" | "signal">): Promise<Platform | undefined>;
  /** All or nothing: a reader sees the old image or the new one. */
  write(publication: Publication, deps: WriteDeps): Promise<WriteResult>;
}
