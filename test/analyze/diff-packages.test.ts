import assert from "node:assert/strict";
import { test } from "node:test";
import type { OwnLayer } from "../../src/analyze/diff.ts";
import { packageChanges } from "../../src/analyze/diff-packages.ts";
import { type Digest, digestOfHex } from "../../src/oci/digest.ts";

function ownLayer(kind: string, packages: readonly string[]): OwnLayer {
  const digest: Digest = digestOfHex("a".repeat(64));
  const descriptor = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest, size: 1 };
  const rest = { at: 0, descriptor, diffId: null, ours: true, title: "", created: null, createdBy: "" };
  return { layer: { ...rest, kind, packages }, contents: undefined };
}

test("packages come and go with the layers that bring them", () => {
  assert.deepEqual(packageChanges([ownLayer("package", ["a==1", "b==1"])], [ownLayer("bucket", ["a==2", "c==1"])]), [
    { ecosystem: "python", name: "a", from: "1", to: "2" },
    { ecosystem: "python", name: "b", from: "1", to: null },
    { ecosystem: "python", name: "c", from: null, to: "1" },
  ]);
});

test("bytecode that comes or goes is no change of its packages", () => {
  assert.deepEqual(packageChanges([ownLayer("bytecode", ["a==1"])], []), []);
  assert.deepEqual(packageChanges([], [ownLayer("bytecode", ["a==1", "libpython3.11-stdlib=3.11.2"])]), []);
});
