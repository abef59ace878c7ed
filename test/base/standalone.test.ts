import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { assembleLayer } from "../../src/assemble/assemble.ts";
import type { Base } from "../../src/base/base.ts";
import { withStandalonePython } from "../../src/base/standalone.ts";
import { gzip } from "../../src/codec/gzip.ts";
import type { BuildEvent } from "../../src/events.ts";
import { layerKey } from "../../src/layers/key.ts";
import type { LayerRecipe } from "../../src/layers/recipe.ts";
import { parsePlatform } from "../../src/oci/platform.ts";
import { readTar } from "../support/assemble.ts";
import { baseDeps } from "../support/base-deps.ts";
import { startHttpServer } from "../support/http-server.ts";
import { type BuiltStandalone, buildStandalone, type StandaloneSpec } from "../support/standalone-python.ts";
import type { TarPart } from "../support/tar.ts";
import { temporaryFolder } from "../support/temporary.ts";

const codec = { name: "gzip", level: gzip.defaultLevel, fingerprint: gzip.fingerprint(gzip.defaultLevel) } as const;

function baseOf(more: Partial<Base> = {}): Base {
  const platform = parsePlatform("linux/amd64");
  return {
    spec: "oci:base",
    platform,
    layers: [],
    recipes: [],
    config: {
      ...platform,
      config: { Env: ["PATH=/usr/bin", "A=1"] },
      rootfs: { type: "layers", diff_ids: [] },
    },
    facts: { libc: { family: "glibc", version: "2.36" }, directories: [], links: {} },
    fetchLayer: async () => {},
    fetchSource: async () => {},
    close: async () => {},
    ...more,
  };
}

function bench(t: TestContext, spec: StandaloneSpec = {}) {
  const folder = temporaryFolder(t);
  const built = buildStandalone(spec);
  const url = join(folder, built.filename);
  writeFileSync(url, built.bytes);
  const events: BuildEvent[] = [];
  const deps = { ...baseDeps(t), report: (event: BuildEvent) => events.push(event) };
  const open = (base: Base = baseOf(), archive: Partial<BuiltStandalone & { url: string }> = {}, offline = false) =>
    withStandalonePython(base, { url, sha256: built.sha256, ...archive }, { codec, offline }, deps);
  return { folder, built, deps, events, open };
}

test("what a standalone Python is, is read from its files", async (t) => {
  for (const [version, freeThreaded] of [
    ["3.12.4", false],
    ["3.13.1t", true],
  ] as const) {
    const { open } = bench(t, { version });
    const { facts, recipes, config } = await open();
    const executable = `/opt/python/bin/python${version.replace(/\.\d+(t?)$/, "$1")}`;
    assert.deepEqual(facts.python, { version: version.replace("t", ""), executable, freeThreaded });
    assert.deepEqual(
      recipes.map(({ kind, packages }) => [kind, packages]),
      [["python", [`cpython=${version.replace("t", "")}`]]],
    );
    assert.deepEqual(config.config?.Env, ["PATH=/opt/python/bin:/usr/bin", "A=1"]);
  }
});

test("its OpenSSL is told where the base has its authorities, unless somebody told it", async (t) => {
  const { open } = bench(t);
  const facts = { ...baseOf().facts, authorities: "/etc/ssl/ca.pem" };
  const told = await open(baseOf({ facts }));
  assert.deepEqual(told.config.config?.Env?.at(-1), "SSL_CERT_FILE=/etc/ssl/ca.pem");
  const own = { ...baseOf().config, config: { Env: ["SSL_CERT_FILE=/mine.pem"] } };
  const kept = await open(baseOf({ facts, config: own }));
  assert.deepEqual(kept.config.config?.Env?.slice(1), ["SSL_CERT_FILE=/mine.pem"]);
});

test("an archive is read once, and again by nobody who has its facts", async (t) => {
  const { open, events } = bench(t);
  await open();
  const many = events.length;
  assert.ok(many > 0);
  await open(baseOf(), {}, true);
  assert.equal(events.length, many);
});

test("an archive comes over the network once, by its sha256", async (t) => {
  const { open, built, folder } = bench(t);
  const server = await startHttpServer(t);
  server.serve(`/${built.filename}`, built.bytes);
  const url = `${server.url}/${built.filename}`;
  await assert.rejects(open(baseOf(), { url }, true), { code: "OFFLINE" });
  await open(baseOf(), { url });
  await open(baseOf(), { url });
  assert.equal(server.log.length, 1);
  await assert.rejects(open(baseOf(), { url, sha256: "0".repeat(64) }), { code: "HASH_MISMATCH" });
  const path = join(folder, built.filename);
  await assert.rejects(open(baseOf(), { url: path, sha256: "0".repeat(64) }), { code: "HASH_MISMATCH" });
  await assert.rejects(open(baseOf(), { url: `${path}.gone`, sha256: "1".repeat(64) }), { code: "INPUT_NOT_FOUND" });
});

const LAYOUTS: readonly (readonly [what: string, only: readonly TarPart[], words: RegExp])[] = [
  ["a full distribution", [{ path: "python/PYTHON.json", content: "{}" }], /full one, with its build/],
  ["another folder", [{ path: "cpython-3.12/bin/python3", content: "" }], /cpython-3\.12.*outside a folder python/],
  ["Windows", [{ path: "python/python.exe", content: "MZ" }], /for Windows/],
  ["macOS", [{ path: "python/lib/python3.12/_sysconfigdata__darwin_darwin.py", content: "" }], /no CPython for Linux/],
  [
    "no program",
    [{ path: "python/lib/python3.12/_sysconfigdata__linux_x86_64-linux-gnu.py", content: "" }],
    /bin\/python3\.12 is no program/,
  ],
];

for (const [what, only, words] of LAYOUTS) {
  test(`another layout is refused with the way out: ${what}`, async (t) => {
    const { open } = bench(t, { only });
    await assert.rejects(open(), { code: "BASE_INVALID", message: words, hint: /install_only/ });
  });
}

test("what does not go with the base is refused", async (t) => {
  const refuses = async (spec: StandaloneSpec, words: RegExp, base = baseOf()) =>
    assert.rejects(bench(t, spec).open(base), { code: "BASE_MISMATCH", message: words });
  await refuses({ machine: 183 }, /is for arm64, not for amd64/);
  await refuses({ libc: "musl" }, /built for musl, and the base oci:base has glibc 2\.36/);
  await refuses({ glibc: "2.38" }, /needs glibc 2\.38, and the base oci:base has 2\.36/);
});

async function made(t: TestContext, spec: StandaloneSpec, base?: Base) {
  const { folder, built, deps, open } = bench(t, spec);
  const { recipes, fetchSource, binaries } = await open(base);
  const recipe = recipes.find(({ kind }) => kind === "python") as LayerRecipe;
  await fetchSource(built.sha256, deps.report, deps.signal);
  const [blobPath, listingPath] = [join(folder, "blob"), join(folder, "listing")];
  const sources = { [built.sha256]: deps.store.path(`sha256:${built.sha256}`) };
  const job = { key: layerKey(recipe), recipe, sources, blobPath, listingPath };
  await assembleLayer(job, { report: deps.report, signal: deps.signal });
  const items = await readTar(gunzipSync(readFileSync(blobPath)));
  return { items, binaries };
}

test("the layer has what runs, of root, and nothing of pip, tests, headers and static libraries", async (t) => {
  const { items, binaries } = await made(t, {});
  const shown = items.map(({ name, type, mode, uid, linkName }) =>
    [name, type === "symlink" ? `-> ${linkName}` : mode.toString(8), uid].join(" "),
  );
  assert.deepEqual(shown, [
    "opt 755 0",
    "opt/python 755 0",
    "opt/python/bin 755 0",
    "opt/python/bin/python3 -> python3.12 0",
    "opt/python/bin/python3.12 755 0",
    "opt/python/lib 755 0",
    "opt/python/lib/python3.12 755 0",
    "opt/python/lib/python3.12/_sysconfigdata__linux_x86_64-linux-gnu.py 644 0",
    "opt/python/lib/python3.12/os.py 644 0",
    "opt/python/lib/python3.12/unittest 755 0",
    "opt/python/lib/python3.12/unittest/case.py 644 0",
  ]);
  assert.deepEqual(
    binaries?.map(({ path, owner, needed }) => [path, owner, needed]),
    [["opt/python/bin/python3.12", "Python 3.12.4", ["libc.so.6"]]],
  );
});

test("libpython stays where the program loads it, and links of all kinds are followed", async (t) => {
  const more: readonly TarPart[] = [
    { path: "python/share/terminfo/x/xterm", content: "x" },
    { path: "python/share/terminfo/x/xterm-2", type: "hardlink", linkName: "python/share/terminfo/x/xterm" },
    { path: "python/share/man/man1/python3.1", content: "" },
  ];
  const facts = { ...baseOf().facts, links: { opt: "var/opt" } };
  const { items } = await made(t, { needed: ["libpython3.12.so.1.0"], more }, baseOf({ facts }));
  const names = items.map(({ name }) => name);
  for (const name of ["lib/libpython3.12.so", "lib/libpython3.12.so.1.0", "share/terminfo/x/xterm-2"]) {
    assert.ok(names.includes(`var/opt/python/${name}`), name);
  }
  assert.ok(!names.some((name) => name.includes("man1")));
});

test("what would leave its place or delete something is refused", async (t) => {
  const hostile: readonly TarPart[] = [
    { path: "python/lib/python3.12/x", type: "symlink", linkName: "../../../../etc" },
    { path: "python/lib/python3.12/x", type: "symlink", linkName: "/etc" },
    { path: "python/lib/python3.12/.wh.x", content: "" },
    { path: "python/lib/python3.12/x", type: "fifo" },
    { path: "python/lib/python3.12/x", type: "hardlink", linkName: "python/lib/python3.12/test/test_os.py" },
  ];
  for (const part of hostile) await assert.rejects(made(t, { more: [part] }), { code: "ARCHIVE_INVALID" });
});
