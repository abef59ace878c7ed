import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from "../../src/oci/media-types.ts";
import { parsePlatform } from "../../src/oci/platform.ts";
import { fakeRegistry } from "../fake-registry/registry.ts";
import { noise } from "../registry/cases/bench.ts";
import { packLayer } from "../support/image.ts";
import { image, type Moved, mover, seedMoved } from "../support/moving.ts";
import { temporaryFolder } from "../support/temporary.ts";

const MEBIBYTE = 1024 * 1024;
/** The layer's, not the config's. */
const UPLOAD = {
  path: /uploads\/./,
  when: ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) =>
    Number(headers["content-length"]) > MEBIBYTE,
};

/** An image of one layer of 20 MiB. */
function large(): Moved {
  const layer = packLayer(noise(20 * MEBIBYTE), (tar) => tar, OCI_LAYER);
  const { config, manifest } = image("linux/amd64", [layer], OCI_MANIFEST, OCI_CONFIG);
  return { top: manifest, documents: [config, manifest], layers: [layer] };
}

test("a copy between registries that is cut goes on in the middle of its source", async (t) => {
  const [one, two] = [await fakeRegistry(t), await fakeRegistry(t, { profile: "dist3" })];
  const moved = large();
  const layer = moved.layers[0];
  seedMoved(one, "app", "1", moved);
  two.script.add({ ...UPLOAD, action: { reset: 12 * MEBIBYTE } });
  await mover(t).copy(`${one.host}/app:1`, `${two.host}/app:1`, parsePlatform("linux/amd64"));
  assert.ok(two.blob("app", layer?.descriptor.digest ?? "")?.equals(layer?.bytes ?? Buffer.alloc(0)));
  const path = new RegExp(`blobs/${layer?.descriptor.digest}`);
  const asked = one.audit.requestsOf({ method: "GET", path }).map((seen) => seen.headers.range);
  assert.equal(asked.length, 2);
  assert.equal(asked[0], undefined);
  assert.match(asked[1] ?? "", /^bytes=[1-9]\d{6,}-$/);
});

for (const [what, target] of [
  ["a folder", "oci:"],
  ["an archive", "archive:"],
] as const) {
  test(`what lies damaged in ${what} is refused by the registry, and then found out here`, async (t) => {
    const [one, two] = [await fakeRegistry(t), await fakeRegistry(t)];
    const moved = large();
    seedMoved(one, "app", "1", moved);
    const path = join(temporaryFolder(t), "image");
    const { copy } = mover(t);
    await copy(`${one.host}/app:1`, `${target}${path}`);
    const digest = moved.layers[0]?.descriptor.digest ?? "";
    const file = target === "oci:" ? join(path, "blobs/sha256", digest.slice(7)) : path;
    const bytes = readFileSync(file);
    const at = bytes.length - 6 * MEBIBYTE;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await assert.rejects(copy(`${target}${path}`, `${two.host}/app:1`), {
      code: "BLOB_CORRUPT",
      message: new RegExp(`blob ${digest} has changed`),
    });
    assert.equal(two.manifest("app:1"), undefined);
    assert.equal(two.blob("app", digest), undefined);
  });
}
