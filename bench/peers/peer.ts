import type { Cost } from "../_measure.ts";

/** What every program builds an image of. */
export interface App {
  /** Has requirements.txt, pinned with hashes, and main.py; either may change between builds. */
  readonly context: string;
  /** Folder of the wheels. */
  readonly wheels: string;
  /** OCI layout with a Debian that has Python and pip. */
  readonly base: string;
}

/** Where the image goes: a folder that is not there yet, or "host/name:tag" in a registry without TLS. */
export type Target = { readonly layout: string } | { readonly registry: string };

/** What a program is told to leave in the registry for other machines, or to find there; ociasm does both unasked. */
export type Shared = "leave" | "find";

/** A program with the state of one machine: its caches, its daemon. */
export interface Session {
  /** Builds what the application is now, with what is left of the builds before. */
  build(target: Target, shared?: Shared): Promise<Cost>;
  /** Folders whose size is what it keeps. */
  readonly store: readonly string[];
  /** Seconds of the last build's parts, where the program tells them. */
  readonly parts?: () => Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** A program that makes images, in one of its variants. */
export interface Peer {
  readonly name: string;
  /** What it is, for the table of versions. Rejects where it can't run here. */
  versions(): Promise<Readonly<Record<string, string>>>;
  /** Starts with no cache but the base image, which it has imported. */
  start(app: App, folder: string): Promise<Session>;
}
