import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { assembleLayer } from "../../src/assemble/assemble.ts";
import type { AssembledLayer, AssembleJob } from "../../src/assemble/job.ts";
import { SPLICE_THRESHOLD } from "../../src/codec/gzip.ts";
import { type BuildEvent, silent } from "../../src/events.ts";
import type { Listing } from "../../src/layers/listing.ts";
import { MTIME, makeJob, readTar, SITE, type TarItem } from "../support/assemble.ts";
import { sampleBytes } from "../support/codec.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, needsTools } from "../support/tools.ts";
import type { WheelSpec } from "../support/wheel.ts";

const { signal } = new AbortController();

function assemble(job: AssembleJob): Promise<AssembledLayer> {
  return assembleLayer(job, { report: silent, signal });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function readLayer(job: AssembleJob): Promise<readonly TarItem[]> {
  return readTar(gunzipSync(await readFile(job.blobPath)));
}

const big = sampleBytes(3_000_000);
const small = sampleBytes(20_000, 7);
const demo: WheelSpec = {
  name: "demo",
  version: "1.0",
  files: {
    "demo/__init__.py": "print('hi')\n",
    "demo/big.so": { content: big, mode: 0o100755 },
    "demo/empty.py": "",
    "demo/small.bin": small,
    "demo/stored.bin": { content: sampleBytes(700_000, 3), method: 0 },
  },
  scripts: { "demo-run": { content: "#!python\nprint(1)\n", mode: 0o100755 } },
  entryPoints: { console_scripts: { demo: "demo:main" } },
};

test("a wheel becomes a layer that holds its files, parents first, sorted, with one time and owner", async (t) => {
  const job = await makeJob(temporaryFolder(t), { wheels: [demo] });
  await assemble(job);
  const items = await readLayer(job);
  const names = items.map((item) => item.name);
  // With the slash below all else: no sibling comes between a folder and what it holds.
  const parts = (name: string): string => name.replaceAll("/", "\0");
  assert.deepEqual(
    names,
    [...names].sort((a, b) => (parts(a) < parts(b) ? -1 : 1)),
  );
  assert.deepEqual(names.slice(0, 6), [
    "app",
    "app/.venv",
    "app/.venv/bin",
    "app/.venv/bin/demo",
    "app/.venv/bin/demo-run",
    "app/.venv/lib",
  ]);
  for (const item of items) {
    assert.equal(item.mtime, MTIME);
    assert.deepEqual([item.uid, item.gid], [0, 0]);
    assert.ok(item.mode === 0o755 || (item.type === "file" && item.mode === 0o644), item.name);
  }
  const byName = new Map(items.map((item) => [item.name, item]));
  assert.deepEqual(byName.get(`${SITE}/demo/big.so`)?.content, big);
  assert.equal(byName.get(`${SITE}/demo/big.so`)?.mode, 0o755);
  assert.deepEqual(byName.get(`${SITE}/demo/small.bin`)?.content, small);
  assert.equal(byName.get(`${SITE}/demo/empty.py`)?.content.length, 0);
  assert.equal(byName.get("app/.venv/bin/demo-run")?.content.toString(), "#!/app/.venv/bin/python\nprint(1)\n");
});

test("RECORD in the layer is true of what lies beside it", async (t) => {
  const job = await makeJob(temporaryFolder(t), { wheels: [demo] });
  await assemble(job);
  const items = await readLayer(job);
  const record = items.find((item) => item.name.endsWith("/RECORD"))?.content.toString() ?? "";
  const rows = new Map(record.split("\n").map((line) => [line.split(",")[0], line.split(",").slice(1).join(",")]));
  for (const item of items.filter(({ type, name }) => type === "file" && name.startsWith(`${SITE}/`))) {
    const hash = createHash("sha256").update(item.content).digest("base64url");
    const expected = item.name.endsWith("/RECORD") ? "," : `sha256=${hash},${item.content.length}`;
    assert.equal(rows.get(item.name.slice(SITE.length + 1)), expected, item.name);
  }
  const script = items.find((item) => item.name === "app/.venv/bin/demo-run");
  const hash = createHash("sha256")
    .update(script?.content ?? "")
    .digest("base64url");
  assert.equal(rows.get("../../../bin/demo-run"), `sha256=${hash},${script?.content.length}`);
});

test("digest, diffID and sizes are those of the bytes on disk", async (t) => {
  const folder = temporaryFolder(t);
  for (const codec of ["gzip", "none"] as const) {
    const job = await makeJob(folder, { wheels: [demo], codec, name: codec });
    const layer = await assemble(job);
    const blob = await readFile(job.blobPath);
    const tar = codec === "gzip" ? gunzipSync(blob) : blob;
    assert.deepEqual(layer.blob, { digest: `sha256:${sha256(blob)}`, size: blob.length });
    assert.equal(layer.diffId, `sha256:${sha256(tar)}`);
    assert.equal(layer.uncompressedSize, tar.length);
    const listing = await readFile(job.listingPath);
    assert.deepEqual(layer.listing, { digest: `sha256:${sha256(listing)}`, size: listing.length });
  }
});

test("the listing tells path, size, hash and owner of what the tar holds", async (t) => {
  const job = await makeJob(temporaryFolder(t), { wheels: [demo] });
  await assemble(job);
  const listing = JSON.parse(await readFile(job.listingPath, "utf8")) as Listing;
  const items = await readLayer(job);
  assert.deepEqual(
    listing.entries.map(({ path, type, size, sha256: hash }) => [path, type, size, hash]),
    items.map(({ name, type, content }) =>
      type === "file" ? [name, type, content.length, sha256(content)] : [name, type, undefined, undefined],
    ),
  );
  assert.ok(listing.entries.every(({ type, owner }) => type === "directory" || owner === "demo==1.0"));
});

test("a file from the threshold on keeps the wheel's own deflate stream, a smaller one does not", async (t) => {
  const { deflateRawSync } = await import("node:zlib");
  const noise = (length: number) => {
    const bytes = Buffer.alloc(length);
    for (let at = 0, state = 1; at < length; at++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      bytes[at] = state >>> 23;
    }
    return bytes;
  };
  const [above, below] = [noise(SPLICE_THRESHOLD + 100), noise(SPLICE_THRESHOLD - 1000)];
  const job = await makeJob(temporaryFolder(t), {
    wheels: [{ name: "demo", version: "1.0", files: { "a.bin": above, "b.bin": below } }],
  });
  await assemble(job);
  const blob = await readFile(job.blobPath);
  assert.ok(deflateRawSync(above).length >= SPLICE_THRESHOLD && deflateRawSync(below).length < SPLICE_THRESHOLD);
  assert.ok(blob.includes(deflateRawSync(above)));
  assert.ok(!blob.includes(deflateRawSync(below)));
});

test("gzip, pigz, GNU tar and Python read the layer", async (t) => {
  if (!needsTools(t, "gzip", "tar")) return;
  const job = await makeJob(temporaryFolder(t), { wheels: [demo] });
  await assemble(job);
  execFileSync("gzip", ["-t"], { input: await readFile(job.blobPath) });
  if (findTool("pigz") !== undefined) execFileSync("pigz", ["-t"], { input: await readFile(job.blobPath) });
  const names = (await readLayer(job)).map(({ name, type }) => (type === "directory" ? `${name}/` : name));
  assert.deepEqual(execFileSync("tar", ["-tzf", job.blobPath], { encoding: "utf8" }).trim().split("\n"), names);
  if (findTool("python3") === undefined) return;
  const program = "import tarfile,sys\nfor m in tarfile.open(sys.argv[1]): print(m.name + '/' * m.isdir())";
  const seen = execFileSync("python3", ["-c", program, job.blobPath], { encoding: "utf8" });
  assert.deepEqual(seen.trim().split("\n"), names);
});

test("project files, texts, links and directories have the attributes of their sources", async (t) => {
  const job = await makeJob(temporaryFolder(t), {
    files: { "app/data.bin": big },
    sources: [
      { type: "text", path: "etc/motd", mode: 0o600, uid: 5, gid: 6, text: "hé\n" },
      { type: "symlink", path: "etc/link", target: "../app" },
      { type: "directory", path: "home/user", mode: 0o700, uid: 65_532, gid: 65_532 },
    ],
    recipe: { directories: [{ type: "directory", path: "etc", mode: 0o711, gid: 4 }] },
  });
  await assemble(job);
  const items = await readLayer(job);
  assert.deepEqual(
    items.map(({ name, type, mode, uid, gid }) => [name, type, mode.toString(8), uid, gid]),
    [
      ["app", "directory", "755", 0, 0],
      ["app/data.bin", "file", "644", 0, 0],
      ["etc", "directory", "711", 0, 4],
      ["etc/link", "symlink", "777", 0, 0],
      ["etc/motd", "file", "600", 5, 6],
      ["home", "directory", "755", 0, 0],
      ["home/user", "directory", "700", 65_532, 65_532],
    ],
  );
  assert.equal(items[3]?.linkName, "../app");
  assert.equal(items[4]?.content.toString(), "hé\n");
});

test("a layer of nothing is two zero blocks", async (t) => {
  const job = await makeJob(temporaryFolder(t), {});
  const layer = await assemble(job);
  assert.deepEqual(gunzipSync(await readFile(job.blobPath)), Buffer.alloc(1024));
  assert.equal(layer.uncompressedSize, 1024);
  assert.deepEqual(JSON.parse(await readFile(job.listingPath, "utf8")), { schema: 1, entries: [] });
});

test("the order of a recipe's sources does not matter", async (t) => {
  const folder = temporaryFolder(t);
  const other: WheelSpec = { name: "other", version: "2", files: { "other.py": "x = 1\n" } };
  const digests = [];
  for (const wheels of [
    [demo, other],
    [other, demo],
  ]) {
    digests.push((await assemble(await makeJob(folder, { wheels, name: wheels[0]?.name ?? "" }))).blob.digest);
  }
  assert.equal(digests[0], digests[1]);
});

test("reports start, progress and end", async (t) => {
  const job = await makeJob(temporaryFolder(t), { files: { "app/big": sampleBytes(9_000_000) }, codec: "none" });
  const events: BuildEvent[] = [];
  const layer = await assembleLayer(job, { report: (event) => events.push(event), signal });
  const states = events.map((event) => (event.type === "layer" ? event.state : event.type));
  assert.deepEqual(states, ["assembling", "progress", "assembled"]);
  assert.deepEqual(events.at(-1), {
    type: "layer",
    key: job.key,
    title: "layer",
    state: "assembled",
    bytes: layer.blob.size,
  });
});

test("an encoder that is not the planned one is refused", async (t) => {
  const job = await makeJob(temporaryFolder(t), {});
  const codec = { ...job.recipe.codec, fingerprint: "gzip/0" };
  await assert.rejects(assemble({ ...job, recipe: { ...job.recipe, codec } }), { code: "BUG" });
});

test("a project file that changed since it was hashed is refused, and nothing is left", async (t) => {
  const folder = temporaryFolder(t);
  const { writeFile } = await import("node:fs/promises");
  const job = await makeJob(folder, { files: { "app/main.py": "print(1)\n" } });
  const [path = ""] = Object.values(job.sources);
  for (const content of ["print(2)\n", "print(1)\nprint(2)\n", "print"]) {
    await writeFile(path, content);
    await assert.rejects(assemble(job), { code: "PROJECT_INVALID", message: /app\/main\.py/ });
    assert.deepEqual((await readdir(folder)).length, 1);
  }
});

test("an abort half-way leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  const job = await makeJob(folder, { files: { "app/big": sampleBytes(20_000_000) }, codec: "none" });
  const controller = new AbortController();
  const report = (event: BuildEvent) => {
    if (event.type === "layer" && event.state === "progress") controller.abort();
  };
  await assert.rejects(assembleLayer(job, { report, signal: controller.signal }), { name: "AbortError" });
  assert.equal((await readdir(folder)).length, 1);
});

test("a layer may take more wheels than are open at a time", async (t) => {
  const wheels = Array.from({ length: 40 }, (_, index) => ({
    name: `w${index}`,
    version: "1",
    files: { [`shared/${index}.txt`]: `${index}` },
  }));
  const job = await makeJob(temporaryFolder(t), { wheels });
  await assemble(job);
  const shared = (await readLayer(job)).filter(({ name, type }) => type === "file" && name.includes("/shared/"));
  assert.equal(shared.length, 40);
  for (const { name, content } of shared) assert.equal(content.toString(), name.replace(/^.*\/(\d+)\.txt$/, "$1"));
});

test("a long entry goes through in pieces, deflated or stored", async (t) => {
  const long = Buffer.alloc(60_000_000);
  for (let at = 0; at < long.length; at += 500) long.writeUInt32LE(at, at);
  const job = await makeJob(temporaryFolder(t), {
    wheels: [{ name: "long", version: "1", files: { "a.bin": long, "b.bin": { content: long, method: 0 } } }],
    codec: "none",
  });
  const layer = await assemble(job);
  const listing = JSON.parse(await readFile(job.listingPath, "utf8")) as Listing;
  const files = listing.entries.filter(({ path }) => path.endsWith(".bin"));
  assert.deepEqual(
    files.map((file) => [file.size, file.sha256]),
    [
      [long.length, sha256(long)],
      [long.length, sha256(long)],
    ],
  );
  assert.equal(layer.diffId, layer.blob.digest);
});
