import assert from "node:assert/strict";
import { test } from "node:test";
import { checkedTarget } from "../../../src/registry/host.ts";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { blobOf, noise, openBench, pushed } from "./bench.ts";

for (const profile of PROFILE_NAMES) {
  test(`11-13 ${profile}: Location is taken as it comes, and credentials stay where they belong`, async (t) => {
    const bench = await openBench(t, { profile });
    const blob = blobOf(noise(300_000));
    assert.equal(await pushed(bench, blob), "uploaded");
    assert.equal(await pushed(bench, blob), "existing");
    assert.deepEqual(bench.registry.blob("team/app", blob.blob.digest), noise(300_000));
    assert.equal(bench.registry.audit.duplicateBytes(), 0);
    bench.registry.audit.noAuthorizationElsewhere();
  });
}

for (const auth of ["none", "basic", "bearer"] as const) {
  test(`12 ${auth}: an upload at a storage host arrives there without credentials`, async (t) => {
    const bench = await openBench(t, { changes: { auth, location: "storage" } });
    const blob = blobOf(noise(300_000));
    assert.equal(await pushed(bench, blob), "uploaded");
    assert.equal(bench.registry.audit.requestsOf({ place: "storage", method: "PUT", status: 201 }).length, 1);
    assert.deepEqual(bench.registry.blob("team/app", blob.blob.digest), noise(300_000));
    bench.registry.audit.noAuthorizationElsewhere();
  });
}

test("11 Location with a fragment, none, and one that is no URL", async (t) => {
  const rows = [
    [(location: string) => `${location}#part`, "uploaded"],
    [() => null, "REGISTRY_ERROR"],
    [() => "http://[", "REGISTRY_ERROR"],
    [() => "ftp://registry.example/x", "REGISTRY_ERROR"],
  ] as const;
  for (const [change, expected] of rows) {
    const bench = await openBench(t, { profile: "zot" });
    // The session's path is not known before it is made.
    const session = bench.registry.state.startSession("team/app");
    const location = change(`/v2/team/app/blobs/uploads/${session.id}`);
    bench.registry.script.add({ method: "POST", times: 9, action: { answer: { headers: { location } } } });
    assert.equal(await pushed(bench, blobOf("abc")), expected, String(location));
  }
});

test("12-13 Location's host and scheme are judged against the registry's", () => {
  const rows: readonly (readonly [base: string, location: string, expected: string])[] = [
    ["https://registry.example/", "http://registry.example/u", "https://registry.example/u"],
    ["https://registry.example:8443/", "http://registry.example/u", "https://registry.example:8443/u"],
    ["https://registry.example/", "https://REGISTRY.example:443/u?a=%2F", "https://registry.example/u?a=%2F"],
    ["https://registry.example/", "https://storage.example/u", "https://storage.example/u"],
    ["https://registry.example/", "http://storage.example/u", "refused"],
    ["https://registry.example/", "https://10.0.0.1/u", "refused"],
    ["https://registry.example/", "https://169.254.169.254/u", "refused"],
    ["https://registry.example/", "https://user:pw@storage.example/u", "https://storage.example/u"],
  ];
  for (const [base, location, expected] of rows) {
    const judge = (): string => {
      try {
        return checkedTarget(location, new URL(base), "Location").href;
      } catch {
        return "refused";
      }
    };
    assert.equal(judge(), expected, location);
  }
});
