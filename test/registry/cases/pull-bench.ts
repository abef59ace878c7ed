import type { TestContext } from "node:test";
import type { BuildEvent } from "../../../src/events.ts";
import { createHttp, type HttpOptions } from "../../../src/net/http.ts";
import type { HttpClient } from "../../../src/net/http-client.ts";
import type { Sleep } from "../../../src/net/retry.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { createRegistry, type RegistryClient, type RegistryDeps } from "../../../src/registry/client.ts";
import { pullBlob } from "../../../src/registry/download.ts";
import type { DiskStore } from "../../../src/store/disk.ts";
import { type FakeRegistry, type FakeRegistryOptions, fakeRegistry } from "../../fake-registry/registry.ts";
import { digestOfBytes } from "../../support/image.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

export interface PullBench {
  readonly client: RegistryClient;
  readonly store: DiskStore;
  readonly events: readonly BuildEvent[];
  /** Milliseconds of the waits between tries, none of which took any time. */
  readonly waits: readonly number[];
}

export interface ClientOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly http?: HttpClient;
  readonly httpOptions?: Partial<HttpOptions>;
  readonly deps?: Partial<RegistryDeps>;
}

/** Our client of a registry, and a store to pull into. */
export function openClient(t: TestContext, host: string, options: ClientOptions = {}): PullBench {
  const inner = createHttp({ environment: {}, userAgent: "test", ...options.httpOptions });
  t.after(() => inner.close());
  const [events, waits]: [BuildEvent[], number[]] = [[], []];
  const sleep: Sleep = async (milliseconds) => {
    waits.push(milliseconds);
  };
  const client = createRegistry(host, {
    http: options.http ?? inner,
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    environment: options.environment ?? {},
    sleep,
    ...options.deps,
  });
  return { client, events, waits, store: temporaryStore(t) };
}

/** A fake registry, and our client logged in to it as its only user. */
export async function openPull(
  t: TestContext,
  options: FakeRegistryOptions = {},
  clientOptions: ClientOptions = {},
): Promise<PullBench & { readonly registry: FakeRegistry }> {
  const registry = await fakeRegistry(t, { users: { ann: "pw" }, ...options });
  const environment = { ...loginTo(registry.host), ...clientOptions.environment };
  return { registry, ...openClient(t, registry.host, { ...clientOptions, environment }) };
}

export function loginTo(host: string, login = "ann:pw"): Readonly<Record<string, string>> {
  const [user = "", password = ""] = login.split(":");
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  return { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { auth } } }) };
}

export function blobOfBytes(bytes: Uint8Array): Descriptor {
  return { mediaType: "x/y", digest: digestOfBytes(bytes), size: bytes.length };
}

/** Pulls from "team/app" and says how it went: "pulled", or the error's code. */
export async function pulled(bench: Pick<PullBench, "client" | "store" | "events">, blob: Descriptor): Promise<string> {
  const { client, store } = bench;
  const report = (): void => {};
  return pullBlob(client, { repository: "team/app", blob, store, report }).then(
    () => "pulled",
    (error: { readonly code: string }) => error.code,
  );
}

export function warnings(bench: Pick<PullBench, "events">): readonly string[] {
  return bench.events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
}
