import { setMaxListeners } from "node:events";
import type { TestContext } from "node:test";
import { silent } from "../../../src/events.ts";
import { createHttp } from "../../../src/net/http.ts";
import type { HttpClient, HttpRequest } from "../../../src/net/http-client.ts";
import type { Sleep } from "../../../src/net/retry.ts";
import { createRegistry, type RegistryClient } from "../../../src/registry/client.ts";
import { environmentName } from "../../../src/registry/credentials.ts";
import { type BlobUpload, pushBlob } from "../../../src/registry/upload.ts";
import { type FakeRegistry, type FakeRegistryOptions, fakeRegistry } from "../../fake-registry/registry.ts";
import { digestOfBytes } from "../../support/image.ts";

export interface Bench {
  readonly registry: FakeRegistry;
  readonly client: RegistryClient;
  /** Milliseconds of the waits between tries, none of which took any time. */
  readonly waits: readonly number[];
  readonly abort: AbortController;
}

export interface BenchOptions extends FakeRegistryOptions {
  /** "user:password"; default: that of the fake's only user. */
  readonly login?: string;
  /** On top of every request. */
  readonly request?: Partial<HttpRequest>;
}

/** A fake registry, and our client logged in to it, which waits for nothing. */
export async function openBench(t: TestContext, options: BenchOptions = {}): Promise<Bench> {
  const registry = await fakeRegistry(t, { users: { ann: "pw" }, ...options });
  const inner = createHttp({ environment: {}, userAgent: "test" });
  t.after(() => inner.close());
  const http: HttpClient = {
    request: (request) => inner.request({ ...request, ...options.request }),
    close: () => inner.close(),
  };
  const [waits, abort]: [number[], AbortController] = [[], new AbortController()];
  setMaxListeners(0, abort.signal);
  const sleep: Sleep = async (milliseconds) => {
    waits.push(milliseconds);
  };
  const environment = { [environmentName(registry.host)]: options.login ?? "ann:pw" };
  const deps = { http, report: silent, signal: abort.signal, environment, sleep };
  return { registry, waits, abort, client: createRegistry(registry.host, deps) };
}

/** Bytes that do not repeat. */
export function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8) * 7) & 255;
  return bytes;
}

export function blobOf(
  content: string | Uint8Array,
  mountFrom: readonly string[] = [],
): BlobUpload & { opened: number } {
  const bytes = Buffer.from(content);
  const upload = {
    blob: { mediaType: "x/y", digest: digestOfBytes(bytes), size: bytes.length },
    mountFrom,
    opened: 0,
    open: async function* () {
      upload.opened++;
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
  };
  return upload;
}

/** Pushes to "team/app" and says how it went: the outcome, or the error's code. */
export async function pushed(bench: Bench, upload: BlobUpload): Promise<string> {
  return pushBlob(bench.client, "team/app", upload).catch((error: { readonly code: string }) => error.code);
}
