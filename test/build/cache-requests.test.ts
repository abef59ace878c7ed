import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheRequests, checkCacheNames } from "../../src/build/cache-requests.ts";
import type { Destination } from "../../src/destination/destination.ts";
import { registryDestination } from "../../src/destination/registry.ts";
import { isOciasmError } from "../../src/errors.ts";
import { mutations } from "../support/mutations.ts";

const PUSH: readonly Destination[] = [registryDestination()];
const KEPT: readonly Destination[] = [
  { title: "store", write: async () => ({ uploaded: 0, mounted: 0, existing: 0 }) },
];
const TAG = "registry.example/app:1";

test("the names that are pushed to come first, then what --cache-from names, each once", () => {
  const config = { tags: [TAG], cacheFrom: ["docker://registry.example/app:main", TAG, "oci:out", "oci:out"] };
  assert.deepEqual(cacheRequests(config, PUSH, false), [
    { text: TAG, isDestination: false },
    { text: "registry.example/app:main", isDestination: false },
    { text: "oci:out", isDestination: false },
  ]);
  assert.deepEqual(cacheRequests({ tags: [TAG] }, PUSH, false), [{ text: TAG, isDestination: true }]);
});

test("a tag alone is no place to read: nothing is pushed to it", () => {
  assert.deepEqual(cacheRequests({ tags: [TAG] }, KEPT, false), []);
});

test("nothing is read with --no-registry-cache, and nothing from a registry when offline", () => {
  const config = { tags: [TAG], cacheFrom: ["registry.example/app:main", "archive:app.tar:1"] };
  assert.deepEqual(cacheRequests({ ...config, registryCache: false }, PUSH, false), []);
  assert.deepEqual(cacheRequests(config, PUSH, true), [{ text: "archive:app.tar:1", isDestination: false }]);
});

test("a push by digest has no name that an earlier image could be under", () => {
  const byDigest = [registryDestination({ names: ["registry.example/app"], byDigest: true })];
  assert.deepEqual(cacheRequests({ tags: [TAG] }, byDigest, false), []);
});

test("what no image can be called is refused before anything is read, and nothing else happens", () => {
  for (const text of [
    "",
    "oci:",
    "archive:",
    "host.example/UPPER",
    "a b",
    "host/app:ta/g",
    "docker://",
    "host/app@sha256:1",
  ])
    assert.throws(() => checkCacheNames([text]), { code: "USAGE" }, JSON.stringify(text));
  const seeds = [
    "docker://registry.example:5000/team/app:1",
    `host/app@sha256:${"a".repeat(64)}`,
    "oci:out:1",
    "archive:a.tar",
  ];
  let accepted = 0;
  mutations(
    seeds.map((seed) => Buffer.from(seed)),
    20_000,
    (bytes) => {
      const cacheFrom = [Buffer.from(bytes).toString("utf8")];
      try {
        checkCacheNames(cacheFrom);
        accepted += cacheRequests({ cacheFrom }, [], false).length;
      } catch (error) {
        if (!isOciasmError(error) || error.code !== "USAGE") throw error;
      }
    },
  );
  assert.ok(accepted > 100 && accepted < 20_000);
});
