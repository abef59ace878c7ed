import assert from "node:assert/strict";
import { test } from "node:test";
import { registryProvider } from "../../../src/base/registry.ts";
import { OCI_INDEX } from "../../../src/oci/media-types.ts";
import { listTags } from "../../../src/registry/tags.ts";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { fakeRegistry } from "../../fake-registry/registry.ts";
import { baseDeps, baseRequest } from "../../support/base-deps.ts";
import { scriptedHttp } from "../../support/scripted-http.ts";
import { openClient, openPull } from "./pull-bench.ts";

const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }));

for (const profile of PROFILE_NAMES) {
  test(`50 ${profile}: all tags are listed, over as many pages as it takes`, async (t) => {
    const { registry, client } = await openPull(t, { profile });
    const names = Array.from({ length: 1500 }, (_, at) => `t${String(at).padStart(4, "0")}`);
    for (const name of names) registry.seedManifest("team/app", name, OCI_INDEX, index);
    assert.deepEqual([...(await listTags(client, "team/app"))].sort(), names);
    const pages = registry.audit.requestsOf({ path: /tags\/list/, status: 200 });
    assert.equal(pages.length, registry.profile.tagPages ? 2 : 1);
  });
}

test("50 pages that go in circles, on for ever, or to another place end the list", async (t) => {
  const rows: readonly (readonly [(count: number) => string, number])[] = [
    [() => '</v2/team/app/tags/list?n=1000>; rel="next"', 1],
    [(count) => `</v2/team/app/tags/list?last=${count % 3}>; rel=next`, 4],
    [(count) => `<?last=${count}>; rel="next"`, 20],
    [(count) => `<https://other.example/v2/team/app/tags/list?last=${count}>; rel="next"`, 1],
    [(count) => `</v2/secret/app/tags/list?last=${count}>; rel="next"`, 1],
    [() => "<http://[>; rel=next", 1],
    [() => '</v2/team/app/tags/list?last=x>; rel="prev"', 1],
  ];
  for (const [link, pages] of rows) {
    const http = scriptedHttp(({ url }, count) => ({
      headers: url.includes("tags") ? { link: link(count) } : {},
      body: '{"tags":["a","b",5,"not a tag","a"]}',
    }));
    const { client } = openClient(t, "registry.example", { http });
    assert.deepEqual(await listTags(client, "team/app"), ["a", "b"]);
    assert.equal(http.requests.length - 1, pages, link(1));
    assert.ok(http.requests.every(({ url }) => new URL(url).host === "registry.example"));
  }
});

test("a tag that is not there is answered with those that begin alike", async (t) => {
  const registry = await fakeRegistry(t);
  for (const tag of ["3.12-slim", "3.12", "3.11", "latest"]) registry.seedManifest("team/app", tag, OCI_INDEX, index);
  const pull = (tag: string) => registryProvider.open(`${registry.host}/team/app:${tag}`, baseRequest(), baseDeps(t));
  await assert.rejects(pull("3.12-slin"), { code: "IMAGE_NOT_FOUND", hint: "tags that it has: 3.12-slim, 3.12, 3.11" });
  await assert.rejects(pull("zzz"), { code: "IMAGE_NOT_FOUND", hint: "check its name and tag" });
});
