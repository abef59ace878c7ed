import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fakeRegistry } from "../fake-registry/registry.ts";
import { ociasm, ROOT } from "../support/cli.ts";
import { dockerArchive } from "../support/docker-archive.ts";
import { buildTar, type LayerMember } from "../support/image.ts";
import { type Schema, schemaErrors } from "../support/json-schema.ts";
import { temporaryFolder } from "../support/temporary.ts";

const SITE = "app/.venv/lib/python3/site-packages";

function wheel(name: string, version: string, size: number): Record<string, LayerMember> {
  const record = `${name}/__init__.py,,\n${name}-${version}.dist-info/RECORD,,\n`;
  return {
    [`${SITE}/${name}/__init__.py`]: version.padEnd(size, "."),
    [`${SITE}/${name}-${version}.dist-info/RECORD`]: record,
  };
}

/** An archive with a base that is always the same below the layers. */
async function archive(folder: string, name: string, layers: readonly Record<string, LayerMember>[]): Promise<string> {
  const file = join(folder, name);
  const base = { "etc/os": "base".repeat(500), ...wheel("old", "1.0", 10) };
  writeFileSync(file, await dockerArchive(await Promise.all([base, ...layers].map(buildTar))));
  return `archive:${file}`;
}

async function pair(t: TestContext): Promise<{ readonly folder: string; readonly from: string; readonly to: string }> {
  const folder = temporaryFolder(t);
  const from = await archive(folder, "from.tar", [
    { ...wheel("one", "1.0", 100), ...wheel("two", "1.0", 200) },
    { "app/main.py": "print(1)", "app/same.py": "same", "app/gone.py": "gone" },
  ]);
  const to = await archive(folder, "to.tar", [
    { ...wheel("one", "1.1", 150), ...wheel("three", "3.0", 300) },
    { "app/main.py": "print(22)", "app/same.py": "same", "app/new|*.py": "new", [`${SITE}/.wh.old-1.0.dist-info`]: "" },
  ]);
  return { folder, from, to };
}

test("diff names packages, layers and files that differ, and fits its schema", async (t) => {
  const { folder, from, to } = await pair(t);
  const flags = ["--cache-dir", join(folder, "cache")];
  const { code, stdout, stderr } = await ociasm(["diff", from, to, "--json", ...flags]);
  assert.equal(code, 0, stderr);
  const found = JSON.parse(stdout);
  const shape: Schema = JSON.parse(readFileSync(`${ROOT}schema/diff.schema.json`, "utf8"));
  assert.deepEqual(schemaErrors(shape, found), []);
  assert.deepEqual(
    found.packages.map(({ name, from: old, to: now }: Record<string, string>) => `${name} ${old} ${now}`),
    ["old 1.0 null", "one 1.0 1.1", "three null 3.0", "two 1.0 null"],
  );
  const files = new Map(found.files.changes.map((change: { readonly path: string }) => [change.path, change]));
  assert.deepEqual(files.get("app/main.py"), { path: "app/main.py", from: 8, to: 9 });
  assert.deepEqual(files.get("app/gone.py"), { path: "app/gone.py", from: 4, to: null });
  assert.deepEqual(files.get(`${SITE}/old-1.0.dist-info`), { path: `${SITE}/old-1.0.dist-info`, from: 0, to: null });
  assert.equal(files.has("app/same.py"), false);
  assert.equal(found.pull.layers, 2);
  assert.deepEqual(
    found.layers.map(({ change }: { readonly change: string }) => change),
    ["added", "added", "removed", "removed"],
  );
  const added = found.layers.slice(0, 2).reduce((sum: number, { size }: { readonly size: number }) => sum + size, 0);
  assert.ok(found.pull.bytes > added, "manifest and config are pulled as well");

  const text = await ociasm(["diff", from, to, ...flags]);
  assert.match(text.stdout, /~ {2}one {4}1\.0 → 1\.1/);
  const markdown = await ociasm(["diff", from, to, "--format", "markdown", ...flags]);
  assert.match(markdown.stdout, /^\| changed \| one \| 1\.0 \| 1\.1 \|$/m);
});

test("an image differs from itself in nothing, and nothing of it is to be pulled", async (t) => {
  const { folder, from } = await pair(t);
  const { stdout } = await ociasm(["diff", from, from, "--json", "--cache-dir", join(folder, "cache")]);
  const { pull, layers, packages, files } = JSON.parse(stdout);
  assert.deepEqual({ pull, layers, packages }, { pull: { bytes: 0, layers: 0 }, layers: [], packages: [] });
  assert.deepEqual(files, { changes: [], added: 0, removed: 0, changed: 0 });
});

test("a layer that both images have is not asked for: the registry need not even have it", async (t) => {
  const { folder, from, to } = await pair(t);
  const registry = await fakeRegistry(t);
  const flags = ["--cache-dir", join(folder, "cache")];
  const names = [`${registry.host}/team/app:1`, `${registry.host}/team/app:2`];
  for (const [at, source] of [from, to].entries()) {
    const { code, stderr } = await ociasm(["copy", source, `docker://${names[at]}`, ...flags]);
    assert.equal(code, 0, stderr);
  }
  const { manifest } = JSON.parse((await ociasm(["inspect", `docker://${names[0]}`, "--json", ...flags])).stdout)
    .images[0];
  const shared = manifest.layers[0].digest;
  registry.drop("team/app", shared);
  const words = ["diff", ...names.map((name) => `docker://${name}`), "--json", "--cache-dir", join(folder, "other")];
  const { code, stdout, stderr } = await ociasm(words);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).packages.length, 4);
  assert.doesNotMatch(stdout, new RegExp(shared));
});
