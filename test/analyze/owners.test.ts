import assert from "node:assert/strict";
import { test } from "node:test";
import { findClaims } from "../../src/analyze/claims.ts";
import { mergeLayers } from "../../src/analyze/merge.ts";
import { findOwners } from "../../src/analyze/owners.ts";
import { packageUsage, packing } from "../../src/analyze/usage.ts";
import { isOciasmError } from "../../src/errors.ts";
import { type FilePart, layerContents } from "../support/layer-contents.ts";
import { Random } from "../support/random.ts";

const STATUS = "Package: libc6\nStatus: install ok installed\nVersion: 2.36-9\n\nPackage: gone\nVersion: 1\n";

/** "path owner version" of every owned file. */
function owned(...layers: readonly (readonly FilePart[])[]): readonly string[] {
  const owners = findOwners(mergeLayers(layerContents(layers)));
  return [...owners.of].map(([{ file }, { name, version }]) => `${file.path} ${name} ${version}`).sort();
}

test("dpkg's lists are followed through the links of a merged /usr", () => {
  const found = owned([
    { path: "lib", type: "symlink", linkName: "usr/lib" },
    { path: "usr/lib/libc.so.6" },
    { path: "var/lib/dpkg/status", text: STATUS },
    { path: "var/lib/dpkg/info/libc6:amd64.list", text: "/.\n/lib\n/lib/libc.so.6\n" },
  ]);
  assert.ok(found.includes("usr/lib/libc.so.6 libc6 2.36-9"));
});

test("images without dpkg, and Alpine's, name their packages too", () => {
  const distroless = owned([
    { path: "usr/lib/libssl.so" },
    { path: "var/lib/dpkg/status.d/libssl3", text: "Package: libssl3\nVersion: 3.0\n" },
    { path: "var/lib/dpkg/status.d/libssl3.md5sums", text: `${"0".repeat(32)}  usr/lib/libssl.so\n` },
  ]);
  assert.deepEqual(distroless, ["usr/lib/libssl.so libssl3 3.0"]);
  const apk = owned([
    { path: "lib/ld-musl.so" },
    { path: "lib/apk/db/installed", text: "C:x\nP:musl\nV:1.2.5\nF:lib\nR:ld-musl.so\n\n" },
  ]);
  assert.deepEqual(apk, ["lib/ld-musl.so musl 1.2.5"]);
});

test("a wheel owns what its RECORD names, outside of its folder too, and the bytecode of its sources", () => {
  const site = "usr/lib/python3.11/site-packages";
  const found = owned([
    { path: `${site}/A_b/x.py` },
    { path: `${site}/A_b/__pycache__/x.cpython-311.pyc` },
    { path: "usr/bin/a-b" },
    { path: `${site}/A_b-1.0.dist-info/RECORD`, text: "A_b/x.py,,\n../../../bin/a-b,,\n" },
  ]);
  assert.deepEqual(found, [
    "usr/bin/a-b a-b 1.0",
    `${site}/A_b/__pycache__/x.cpython-311.pyc a-b 1.0`,
    `${site}/A_b/x.py a-b 1.0`,
  ]);
});

test("a package's share of the pull is exact where it has a layer of its own", () => {
  const layers = layerContents([
    [{ path: "a", size: 600, owner: "one==1" }],
    [
      { path: "b", size: 300, owner: "two==2" },
      { path: "c", size: 100, owner: "libc6=3" },
    ],
  ]);
  const image = mergeLayers(layers);
  const usage = packageUsage(image, findOwners(image), packing(layers));
  assert.deepEqual(
    usage.map(({ ecosystem, name, bytes, compressed, layers: at }) => [ecosystem, name, bytes, compressed, at]),
    [
      ["python", "one", 600, 300, [0]],
      ["python", "two", 300, 150, [1]],
      ["debian", "libc6", 100, 50, [1]],
    ],
  );
});

test("100,000 damaged lists are read or passed over", () => {
  const random = new Random(5);
  const texts = [
    ["var/lib/dpkg/status", STATUS],
    ["var/lib/dpkg/info/libc6.list", "/.\n/usr\n"],
    ["var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\n"],
    ["lib/apk/db/installed", "P:musl\nV:1\nF:lib\nR:x\n\n"],
    ["s/a-1.dist-info/RECORD", "a.py,,\n"],
  ] as const;
  let claims = 0;
  for (let count = 0; count < 20_000; count++) {
    const files = texts.map(([path, text]) => ({ path, text: random.mutate(text, '\n:,/ \u0000aPV"') }));
    try {
      claims += findClaims(mergeLayers(layerContents([files]))).length;
    } catch (error) {
      assert.ok(isOciasmError(error), String(error));
    }
  }
  assert.ok(claims > 20_000);
});
