import type { TestContext } from "node:test";
import type { BaseDeps, BaseRequest } from "../../src/base/base.ts";
import { silent } from "../../src/events.ts";
import { createHttp } from "../../src/net/http.ts";
import { parsePlatform } from "../../src/oci/platform.ts";
import type { DiskStore } from "../../src/store/disk.ts";
import { temporaryStore } from "./temporary-store.ts";

/** What a base provider is given, with a store of its own. */
export function baseDeps(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): BaseDeps & { readonly store: DiskStore } {
  const store = temporaryStore(t);
  const http = createHttp({ environment: {}, userAgent: "test" });
  t.after(() => http.close());
  const { signal } = new AbortController();
  return { blobs: store, index: store, store, report: silent, signal, environment, http, now: 1_600_000_000 };
}

export function baseRequest(platform = "linux/amd64"): BaseRequest {
  return {
    platform: parsePlatform(platform),
    system: [],
    codec: { name: "gzip", level: 6, fingerprint: "test" },
    offline: false,
  };
}
