import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { FINDING_KINDS } from "../../src/analyze/findings/finding.ts";
import { decodeConfig } from "../../src/build/read-config.ts";
import { ociasm, ROOT, type RunResult } from "../support/cli.ts";
import { dockerArchive } from "../support/docker-archive.ts";
import { FLAWS, flawedLayers } from "../support/flawed-image.ts";
import { buildTar } from "../support/image.ts";
import { type Schema, schemaErrors } from "../support/json-schema.ts";
import { temporaryFolder } from "../support/temporary.ts";

interface Finding {
  readonly kind: string;
  readonly bytes: number;
  readonly fix: { readonly config: string | null; readonly advice: string };
}

async function analyzer(t: TestContext): Promise<(...words: readonly string[]) => Promise<RunResult>> {
  const folder = temporaryFolder(t);
  const archive = join(folder, "flawed.tar");
  writeFileSync(archive, await dockerArchive(await flawedLayers(), { runtime: { WorkingDir: "/app" } }));
  return (...words) => ociasm(["analyze", `archive:${archive}`, "--cache-dir", join(folder, "cache"), ...words]);
}

test("every planted defect is found, with its bytes, and its fix is a line that the configuration takes", async (t) => {
  const { code, stdout, stderr } = await (await analyzer(t))("--json");
  assert.equal(code, 0, stderr);
  const { findings, reclaimable, unpacked } = JSON.parse(stdout);
  const bytes: Record<string, number> = {};
  for (const { kind, bytes: more } of findings as readonly Finding[]) bytes[kind] = (bytes[kind] ?? 0) + more;
  assert.deepEqual(bytes, FLAWS);
  for (const { kind, fix } of findings as readonly Finding[]) {
    assert.notEqual(fix.advice, "", kind);
    if (fix.config !== null) await decodeConfig("ociasm.yaml", `${fix.config}\n`);
  }
  const sum = Object.values(FLAWS).reduce((total, each) => total + each, 0);
  assert.equal(reclaimable.bytes, sum);
  assert.ok(reclaimable.bytes < unpacked);
});

test("--json fits schema/analyze.schema.json, which takes every kind of finding and nothing that is not there", async (t) => {
  const run = await analyzer(t);
  const result = JSON.parse((await run("--json", "--files", "--max-size", "1GB", "--max-wasted", "50%")).stdout);
  const shape: Schema = JSON.parse(readFileSync(`${ROOT}schema/analyze.schema.json`, "utf8"));
  assert.deepEqual(schemaErrors(shape, result), []);
  assert.notDeepEqual(schemaErrors(shape, { ...result, more: 1 }), []);
  assert.deepEqual(
    (JSON.stringify(shape).match(/"enum":\["secrets".*?\]/) ?? [""])[0],
    `"enum":${JSON.stringify(FINDING_KINDS)}`,
  );
  const [file] = result.layer[2].fileList;
  const expected = {
    path: "app/overwritten.bin",
    typeFlag: 48,
    linkName: "",
    size: 5,
    fileMode: 0o644,
    uid: 0,
    gid: 0,
    isDir: false,
  };
  assert.deepEqual(file, expected);
});

test("--unused names packages that neither the project nor what it imports needs, and no other run does", async (t) => {
  const run = await analyzer(t);
  const { stdout } = await run("--unused", "--json");
  const { findings } = JSON.parse(stdout) as {
    readonly findings: readonly (Finding & { readonly packages: readonly string[] })[];
  };
  const found = findings.filter(({ kind }) => kind === "unused");
  assert.deepEqual(
    found.map(({ packages }) => packages),
    [["foo", "nvidia-cublas-cu11", "nvidia-cublas-cu12"]],
  );
});

test("a layer that was made here is known by its listing: its blob need not be there, and --deep says that it is not", async (t) => {
  const folder = temporaryFolder(t);
  const app = join(folder, "app");
  mkdirSync(app);
  writeFileSync(join(app, "main.py"), "print(1)\n");
  const cache = ["--cache-dir", join(folder, "cache")];
  const built = await ociasm(["build", app, "--base", "scratch", "-t", "app:1", "--json", ...cache]);
  assert.equal(built.code, 0, built.stderr);
  const layers: readonly { readonly digest: string }[] = JSON.parse(built.stdout).images[0].layers;
  for (const { digest } of layers) removeBlob(join(folder, "cache"), digest.slice("sha256:".length));
  const { code, stdout, stderr } = await ociasm(["analyze", "app:1", "--json", "--offline", ...cache]);
  assert.equal(code, 0, stderr);
  const found = JSON.parse(stdout);
  assert.deepEqual(new Set(found.layers.map(({ from }: { readonly from: string }) => from)), new Set(["listing"]));
  assert.ok(found.folders.some(({ path, bytes }: { path: string; bytes: number }) => path === "app" && bytes === 9));
  assert.notEqual((await ociasm(["analyze", "app:1", "--deep", ...cache])).code, 0);
});

/** Wherever the store keeps it. */
function removeBlob(cache: string, hex: string): void {
  const files = readdirSync(join(cache, "blobs"), { recursive: true, encoding: "utf8" });
  const found = files.filter((file) => file.replace(/[^0-9a-f]/g, "").endsWith(hex));
  assert.equal(found.length, 1, files.join("\n"));
  for (const file of found) rmSync(join(cache, "blobs", file));
}

test("a layer that is not what the image says, or that leaves its folder, is refused", async (t) => {
  const folder = temporaryFolder(t);
  const good = Buffer.from(await dockerArchive(await flawedLayers()));
  const outside = await dockerArchive([await buildTar({ "a/../../etc/passwd": "x" })]);
  good.write("REMOVED.", good.indexOf("removed.removed."));
  const refusals = [
    ["damaged", good, "HASH_MISMATCH"],
    ["outside", outside, "ARCHIVE_INVALID"],
  ] as const;
  for (const [name, bytes, code] of refusals) {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    const refused = await ociasm(["analyze", `archive:${file}`, "--cache-dir", join(folder, "cache")]);
    assert.equal(refused.code, 5, refused.stdout);
    assert.match(refused.stderr, new RegExp(code));
  }
});

test("limits that are kept exit with 0, one that is not with 5, and the result is printed all the same", async (t) => {
  const run = await analyzer(t);
  const kept = await run("--max-size", "1GB", "--max-wasted", "99%", "--max-reclaimable", "1GB");
  assert.equal(kept.code, 0, kept.stderr);
  assert.match(kept.stdout, /pass {2}size .* at most 1\.0 GB/);
  const broken = await run("--max-reclaimable", "1%", "--max-size", "1GB", "--json");
  assert.equal(broken.code, 5);
  assert.match(broken.stderr, /LIMIT_EXCEEDED.*reclaimable is \d\d\.\d %, at most 1\.00 % is allowed/);
  const passed = JSON.parse(broken.stdout).gates.map((gate: { readonly passed: boolean }) => gate.passed);
  assert.deepEqual(passed, [true, false]);
  const wrong = await run("--max-size", "5%");
  assert.equal(wrong.code, 2);
});
