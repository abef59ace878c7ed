import assert from "node:assert/strict";
import type { Place, Seen } from "./exchange.ts";

export interface Wanted {
  readonly place?: Place;
  readonly method?: string;
  readonly path?: RegExp;
  readonly status?: number;
}

/** A manifest that was accepted. */
export interface ManifestEvent {
  readonly type: "manifest";
  readonly order: number;
  readonly repository: string;
  readonly digest: string;
  /** Tags that name it from now on; none when it was put by digest. */
  readonly tags: readonly string[];
  /** What somebody who pulls it at that moment would not find. */
  readonly missing: readonly string[];
}

export interface BlobEvent {
  readonly type: "blob";
  readonly order: number;
  readonly repository: string;
  readonly digest: string;
  readonly size: number;
}

/** Content that went away while a tag still needed it. */
export interface DropEvent {
  readonly type: "drop";
  readonly order: number;
  readonly repository: string;
  readonly digest: string;
  /** Tags that can't be pulled since. */
  readonly broken: readonly string[];
}

export type AuditEvent = ManifestEvent | BlobEvent | DropEvent;

/** Everything that a registry and its hosts were asked, and what can be said about it. */
export interface Audit {
  readonly requests: readonly Seen[];
  readonly events: readonly AuditEvent[];
  requestsOf(wanted: Wanted): readonly Seen[];
  /** Bytes of bodies of upload requests, whatever became of them. */
  bytesUploaded(): number;
  /** Uploaded bytes beyond one copy of each blob and repository that was stored. */
  duplicateBytes(): number;
  /** Fails when the storage host saw credentials, the token server a bearer token, or the registry a password that it didn't ask for. */
  noAuthorizationElsewhere(): void;
  /** Fails when a manifest came before what it names, or anything but tags after the first tag. */
  childrenBeforeIndexBeforeTag(repository: string): void;
  /** Fails when "repository:tag" at any time named what could not be pulled. */
  everPullable(name: string): void;
}

export interface Journal extends Audit {
  see(seen: Omit<Seen, "order" | "status" | "bytesIn" | "bytesOut" | "answered">): Seen;
  note(event: AuditEvent): void;
}

export function createJournal(auth: "none" | "basic" | "bearer"): Journal {
  const requests: Seen[] = [];
  const events: AuditEvent[] = [];
  const requestsOf = (wanted: Wanted): readonly Seen[] => requests.filter((seen) => fits(seen, wanted));
  const bytesUploaded = (): number =>
    requests
      .filter((seen) => seen.place !== "token" && seen.path.includes("/blobs/uploads/"))
      .reduce((sum, seen) => sum + seen.bytesIn, 0);
  return {
    requests,
    events,
    see: (seen) => {
      const kept = { ...seen, order: requests.length, status: 0, bytesIn: 0, bytesOut: 0, answered: undefined };
      requests.push(kept);
      return kept;
    },
    note: (event) => {
      events.push(event);
    },
    requestsOf,
    bytesUploaded,
    duplicateBytes: () => {
      const stored = new Map(
        events.flatMap((event) => (event.type === "blob" ? [[`${event.repository}@${event.digest}`, event.size]] : [])),
      );
      return bytesUploaded() - [...stored.values()].reduce((sum, size) => sum + size, 0);
    },
    noAuthorizationElsewhere: () => {
      const told = (seen: Seen): string => `${seen.place}: ${seen.method} ${seen.path} with ${seen.authorization}`;
      const leaks = requests.filter(
        ({ place, authorization }) =>
          (place === "storage" && authorization !== "none") ||
          (place === "token" && authorization === "bearer") ||
          (place === "registry" && authorization === "basic" && auth !== "basic"),
      );
      assert.deepEqual(leaks.map(told), []);
    },
    childrenBeforeIndexBeforeTag: (repository) => checkOrder(events, repository),
    everPullable: (name) => {
      const colon = name.lastIndexOf(":");
      const [repository, tag] = [name.slice(0, colon), name.slice(colon + 1)];
      for (const event of events.filter((one) => one.repository === repository)) {
        if (event.type === "manifest" && event.tags.includes(tag))
          assert.deepEqual(event.missing, [], `${name} named what could not be pulled`);
        if (event.type === "drop") assert.ok(!event.broken.includes(tag), `${name} lost ${event.digest}`);
      }
    },
  };
}

function checkOrder(events: readonly AuditEvent[], repository: string): void {
  let tagged: string | undefined;
  for (const event of events.filter((one) => one.repository === repository)) {
    if (event.type === "drop") continue;
    if (event.type === "blob" || event.tags.length === 0) {
      assert.equal(tagged, undefined, `${event.digest} came after the tag ${tagged}`);
    } else tagged ??= event.tags[0];
    if (event.type === "manifest") assert.deepEqual(event.missing, [], `${event.digest} came before what it names`);
  }
}

function fits(seen: Seen, wanted: Wanted): boolean {
  return (
    (wanted.place ?? seen.place) === seen.place &&
    (wanted.method ?? seen.method) === seen.method &&
    (wanted.path?.test(seen.path) ?? true) &&
    (wanted.status ?? seen.status) === seen.status
  );
}
