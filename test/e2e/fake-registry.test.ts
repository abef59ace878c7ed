import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OCI_MANIFEST } from "../../src/oci/media-types.ts";
import type { ProfileName } from "../fake-registry/profiles.ts";
import { type FakeRegistry, fakeRegistry } from "../fake-registry/registry.ts";
import { buildImage, buildLayer } from "../support/image.ts";
import { succeeds } from "../support/private-engines.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

// Clients that others wrote take the fake registry for a real one.

const PROFILES: readonly ProfileName[] = ["zot", "dist3", "dist2", "ghcr", "hub", "acr", "gar", "ecr"];

async function seeded(registry: FakeRegistry): Promise<string> {
  const layer = await buildLayer({ "hello.txt": "hello\n", noise: Buffer.alloc(3_000_000, 7) });
  const image = buildImage("linux/amd64", [layer]);
  registry.seed("team/app", layer.bytes);
  registry.seed("team/app", image.config.bytes);
  return registry.seedManifest("team/app", "1", OCI_MANIFEST, image.manifest.bytes);
}

for (const profile of PROFILES) {
  test(`${profile}: crane validates, copies by mount and pushes back`, async (t) => {
    if (!needsTools(t, "crane")) return;
    const registry = await fakeRegistry(t, { profile, users: { ann: "pw" } });
    const folder = temporaryFolder(t);
    const auth = Buffer.from("ann:pw").toString("base64");
    writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const crane = (...args: readonly string[]): Promise<string> =>
      succeeds("env", `DOCKER_CONFIG=${folder}`, "crane", "--insecure", ...args);
    const digest = await seeded(registry);
    const [from, to] = [`${registry.host}/team/app:1`, `${registry.host}/team/other:1`];
    assert.match(await crane("validate", "--remote", from), /PASS/);
    await crane("copy", from, to);
    assert.equal((await crane("digest", to)).trim(), digest);
    await crane("pull", "--format", "oci", from, join(folder, "layout"));
    assert.match(readFileSync(join(folder, "layout", "index.json"), "utf8"), /manifest/);
    await crane("push", join(folder, "layout"), `${registry.host}/team/back:1`);
    registry.audit.everPullable("team/back:1");
    registry.audit.childrenBeforeIndexBeforeTag("team/back");
  });

  test(`${profile}: skopeo pushes, inspects and pulls`, async (t) => {
    if (!needsTools(t, "skopeo")) return;
    const registry = await fakeRegistry(t, { profile, users: { ann: "pw" } });
    const folder = temporaryFolder(t);
    await seeded(registry);
    const [from, to] = [`docker://${registry.host}/team/app:1`, `docker://${registry.host}/team/other:1`];
    const plain = ["--src-tls-verify=false", "--src-creds", "ann:pw"];
    const copy = ["--insecure-policy", "copy", "--quiet"];
    await succeeds("skopeo", ...copy, ...plain, from, `oci:${folder}/layout:1`);
    const pushing = ["--dest-tls-verify=false", "--dest-creds", "ann:pw", `oci:${folder}/layout:1`, to];
    await succeeds("skopeo", ...copy, ...pushing);
    const inspect = ["inspect", "--raw", "--tls-verify=false", "--creds", "ann:pw", to];
    assert.match(await succeeds("skopeo", ...inspect), /image\.layer/);
    registry.audit.everPullable("team/other:1");
  });
}
