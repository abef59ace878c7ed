import { performance } from "node:perf_hooks";
import type { TestContext } from "node:test";
import { type Answer, failure } from "./answer.ts";
import { type Audit, createJournal } from "./audit.ts";
import { createShelf } from "./content.ts";
import { digestOf } from "./digest.ts";
import type { Exchange, House, Seen } from "./exchange.ts";
import { createScript, type Fault, type Script } from "./faults.ts";
import { createGate, type GateOptions } from "./gate.ts";
import { type Listener, type ListenerOptions, listen } from "./listener.ts";
import type { Profile } from "./profile.ts";
import { type ProfileChanges, type ProfileName, profileOf } from "./profiles.ts";
import { answer, answerAtStorage, routeOf } from "./router.ts";
import { createState, type State, storedManifest } from "./state.ts";
import { answerToken } from "./token-server.ts";
import { createTokens } from "./tokens.ts";
import { createUsers, type UserOptions } from "./users.ts";

export interface FakeRegistryOptions extends UserOptions {
  /** Default "spec". */
  readonly profile?: ProfileName;
  /** On top of the profile. */
  readonly changes?: ProfileChanges;
  readonly faults?: readonly Fault[];
  /** Replaces WWW-Authenticate. */
  readonly challenge?: GateOptions["challenge"];
  /** Repositories that are there from the start. */
  readonly repositories?: readonly string[];
  /** Default: any that is free. */
  readonly port?: number;
  /** Content above this lies in temporary files. Default 4 MiB. */
  readonly memoryBytes?: number;
  /** Seconds, for the life of tokens. */
  readonly clock?: () => number;
}

/** A registry that runs, with its token server and its storage host. */
export interface FakeRegistry {
  /** "127.0.0.1:1234". */
  readonly host: string;
  readonly tokenHost: string;
  readonly storageHost: string;
  readonly profile: Profile;
  readonly audit: Audit;
  readonly script: Script;
  readonly state: State;
  /** Adds a blob without a push, and gives its digest. */
  seed(repository: string, bytes: Uint8Array): string;
  /** Adds a manifest without a push, unchecked. */
  seedManifest(repository: string, tag: string | undefined, type: string, bytes: Uint8Array): string;
  /** Replaces the bytes of a blob behind its digest's back. */
  corrupt(repository: string, digest: string, bytes: Uint8Array): void;
  corruptManifest(repository: string, digest: string, type: string, bytes: Uint8Array): void;
  /** Removes a blob or a manifest, as garbage collection does. */
  drop(repository: string, digest: string): void;
  blob(repository: string, digest: string): Buffer | undefined;
  /** By "repository:tag" or "repository@digest". */
  manifest(name: string): { readonly type: string; readonly bytes: Buffer; readonly digest: string } | undefined;
  expireTokens(): void;
  close(): Promise<void>;
}

const SERVICE = "fake, quoted";

/** A registry over real sockets of the loopback interface that goes with the test. */
export async function fakeRegistry(t: TestContext, options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const registry = await startFakeRegistry(options);
  t.after(() => registry.close());
  return registry;
}

/** See docs/fake-registry.md. */
export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const profile = profileOf(options.profile ?? "spec", options.changes);
  const shelf = createShelf(options.memoryBytes);
  const [state, journal, script] = [
    createState(shelf),
    createJournal(profile.auth),
    createScript(options.faults ?? []),
  ];
  const tokens = createTokens(options.clock ?? (() => performance.now() / 1000));
  const users = createUsers(options);
  for (const name of options.repositories ?? []) state.repository(name);
  const drop = (repository: string, digest: string): void => {
    const before = brokenTags(state, repository);
    state.drop(repository, digest);
    const broken = brokenTags(state, repository).filter((tag) => !before.includes(tag));
    journal.note({ type: "drop", order: journal.requests.length, repository, digest, broken });
  };
  const open = (rest: Pick<ListenerOptions, "place" | "port" | "answer">): Promise<Listener> =>
    listen({
      ...rest,
      journal,
      script,
      expireTokens: tokens.expireAll,
      drop: (seen, what) => dropAfter(seen, what, drop),
    });
  let house: House | undefined;
  const lateHouse = (): House => {
    if (house === undefined) throw new Error("not started");
    return house;
  };
  const tokenHouse = { profile, users, tokens, state, service: SERVICE };
  const token = await open({ place: "token", port: 0, answer: (exchange) => answerToken(exchange, tokenHouse) });
  const storage = await open({
    place: "storage",
    port: 0,
    answer: (exchange) => answerAtStorage(exchange, lateHouse()),
  });
  const gate = createGate({
    profile,
    users,
    tokens,
    realm: () => `http://${token.host}/token`,
    service: SERVICE,
    ...(options.challenge === undefined ? {} : { challenge: options.challenge }),
  });
  const answerHere = async (exchange: Exchange): Promise<Answer> => {
    const route = routeOf(exchange.url);
    if (route === undefined) return failure(404, "NOT_FOUND");
    return gate(exchange, route) ?? answer(exchange, lateHouse(), route);
  };
  const registry = await open({ place: "registry", port: options.port ?? 0, answer: answerHere });
  house = {
    state,
    profile,
    registryUrl: `http://${registry.host}`,
    storageUrl: `http://${storage.host}`,
    manifestPut: (exchange, repository, digest, tags) => {
      const missing = state.missing(repository, digest);
      journal.note({ type: "manifest", order: exchange.seen.order, repository, digest, tags, missing });
    },
    blobStored: (exchange, repository, digest, size) =>
      journal.note({ type: "blob", order: exchange.seen.order, repository, digest, size }),
  };
  const seedManifest = (repository: string, tag: string | undefined, type: string, bytes: Uint8Array): string => {
    const stored = storedManifest(type, bytes, digestOf(bytes));
    state.putManifest(repository, stored, tag);
    return stored.digest;
  };
  return {
    host: registry.host,
    tokenHost: token.host,
    storageHost: storage.host,
    profile,
    audit: journal,
    script,
    state,
    seed: (repository, bytes) => {
      const digest = digestOf(bytes);
      state.repository(repository).blobs.set(digest, shelf.hold(bytes));
      return digest;
    },
    seedManifest,
    corrupt: (repository, digest, bytes) => {
      state.repository(repository).blobs.set(digest, shelf.hold(bytes));
    },
    corruptManifest: (repository, digest, type, bytes) => {
      state.repository(repository).manifests.set(digest, storedManifest(type, bytes, digest));
    },
    drop,
    blob: (repository, digest) => state.repositories.get(repository)?.blobs.get(digest)?.bytes(),
    manifest: (name) => find(state, name),
    expireTokens: tokens.expireAll,
    close: async () => {
      await Promise.all([registry, token, storage].map((listener) => listener.close()));
      shelf.close();
    },
  };
}

function find(state: State, name: string): ReturnType<FakeRegistry["manifest"]> {
  const at = name.indexOf("@");
  const colon = name.lastIndexOf(":");
  const repository = state.repositories.get(name.slice(0, at < 0 ? colon : at));
  const digest = at < 0 ? repository?.tags.get(name.slice(colon + 1)) : name.slice(at + 1);
  return digest === undefined ? undefined : repository?.manifests.get(digest);
}

function brokenTags(state: State, repository: string): readonly string[] {
  return [...state.repository(repository).tags.keys()].filter((tag) => state.missing(repository, tag).length > 0);
}

function dropAfter(seen: Seen, what: string, drop: (repository: string, digest: string) => void): void {
  const url = new URL(seen.path, "http://localhost");
  const repository = routeOf(url)?.repository;
  const named = url.searchParams.get("digest") ?? routeOf(url)?.rest ?? "";
  if (repository !== undefined) drop(repository, what === "named" ? named : what);
}
