import { randomUUID } from "node:crypto";
import type { Content, Growing, Shelf } from "./content.ts";
import { type ManifestDocument, readManifest } from "./document.ts";

export interface Stored {
  readonly type: string;
  readonly bytes: Buffer;
  readonly digest: string;
  readonly document: ManifestDocument;
}

/** An upload that is under way. */
export interface Session {
  readonly id: string;
  readonly repository: string;
  readonly content: Growing;
  /** Bytes after the first chunk, for registries whose Range stays there. */
  firstEnd: number | undefined;
  /** A chunk below the minimum came: it has to be the last. */
  short: boolean;
}

export interface Repository {
  readonly name: string;
  readonly blobs: Map<string, Content>;
  readonly manifests: Map<string, Stored>;
  readonly tags: Map<string, string>;
}

/** What a registry knows. No protocol here: ./uploads.ts and its neighbours speak it. */
export interface State {
  readonly repositories: ReadonlyMap<string, Repository>;
  readonly sessions: Map<string, Session>;
  readonly shelf: Shelf;
  /** Makes it when there is none. */
  repository(name: string): Repository;
  startSession(repository: string): Session;
  /** Puts a manifest under its digest, and under `tag`. */
  putManifest(repository: string, stored: Stored, tag: string | undefined): void;
  /** Removes content, as a garbage collector would, whatever still names it. */
  drop(repository: string, digest: string): void;
  /** Digests that somebody who pulls `reference` would miss; the reference itself when it names nothing. */
  missing(repository: string, reference: string): readonly string[];
  /** Manifests of the repository with this subject. */
  referrers(repository: string, subject: string): readonly Stored[];
}

export function createState(shelf: Shelf): State {
  const repositories = new Map<string, Repository>();
  const sessions = new Map<string, Session>();
  const repository = (name: string): Repository => {
    const known = repositories.get(name) ?? { name, blobs: new Map(), manifests: new Map(), tags: new Map() };
    repositories.set(name, known);
    return known;
  };
  return {
    repositories,
    sessions,
    shelf,
    repository,
    startSession: (name) => {
      const session = { id: randomUUID(), repository: name, content: shelf.grow(), firstEnd: undefined, short: false };
      sessions.set(session.id, session);
      return session;
    },
    putManifest: (name, stored, tag) => {
      repository(name).manifests.set(stored.digest, stored);
      if (tag !== undefined) repository(name).tags.set(tag, stored.digest);
    },
    drop: (name, digest) => {
      repositories.get(name)?.blobs.delete(digest);
      repositories.get(name)?.manifests.delete(digest);
    },
    missing: (name, reference) => missingFrom(repository(name), reference),
    referrers: (name, subject) =>
      [...repository(name).manifests.values()].filter((stored) => stored.document.subject === subject),
  };
}

export function storedManifest(type: string, bytes: Uint8Array, digest: string): Stored {
  const copy = Buffer.from(bytes);
  return { type, bytes: copy, digest, document: readManifest(copy) };
}

function missingFrom(repository: Repository, reference: string): readonly string[] {
  const digest = reference.includes(":") ? reference : (repository.tags.get(reference) ?? reference);
  const stored = repository.manifests.get(digest);
  if (stored === undefined) return [digest];
  const blobs = stored.document.blobs.filter((blob) => !repository.blobs.has(blob));
  return [...blobs, ...stored.document.children.flatMap((child) => missingFrom(repository, child))];
}
