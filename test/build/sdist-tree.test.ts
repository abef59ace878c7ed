import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { bytesSource } from "../../src/archive/bytes.ts";
import { readSourceArchive, readTarTree, readZipTree } from "../../src/build/sdist-tree.ts";
import type { SourceTree } from "../../src/build/source-tree.ts";
import { fuzz } from "../support/fuzz.ts";
import { mutate, xorshift } from "../support/mutate.ts";
import { buildTar } from "../support/tar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildZip } from "../support/zip.ts";

const TAR = buildTar([
  { path: "demo-1/" },
  { path: "demo-1/setup.py", content: "setup()\n" },
  { path: "demo-1/run.sh", content: "#!/bin/sh\n", mode: 0o755 },
  { path: "demo-1/link", type: "symlink", linkName: "setup.py" },
  { path: "demo-1/same", type: "hardlink", linkName: "demo-1/setup.py" },
]);
const ZIP = buildZip([
  { name: "demo-1/setup.py", content: "setup()\n" },
  { name: "demo-1/data/a.txt", content: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" },
]);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

function shown({ files }: SourceTree): readonly string[] {
  return files.map(
    ({ path, mode, bytes }) => `${path} ${mode.toString(8)} ${Buffer.from(bytes).toString("latin1").trim()}`,
  );
}

test("the files of a source distribution are read without their one folder", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "tar"), gzipSync(TAR));
  writeFileSync(join(folder, "zip"), ZIP);
  assert.deepEqual(shown(await readSourceArchive(join(folder, "tar"), "demo-1.tar.gz")), [
    "link link setup.py",
    "run.sh 755 #!/bin/sh",
    "same 644 setup()",
    "setup.py 644 setup()",
  ]);
  const zip = await readSourceArchive(join(folder, "zip"), "demo-1.zip");
  assert.deepEqual(
    zip.files.map(({ path }) => path),
    ["data/a.txt", "setup.py"],
  );
});

test("what is no archive, is cut off, is gone, or leaves its folder is refused", async (t) => {
  const folder = temporaryFolder(t);
  const read = (bytes: Uint8Array, filename: string): Promise<SourceTree> => {
    writeFileSync(join(folder, "file"), bytes);
    return readSourceArchive(join(folder, "file"), filename);
  };
  await assert.rejects(read(TAR, "demo-1.tar.gz"), { code: "ARCHIVE_INVALID" });
  await assert.rejects(read(gzipSync(TAR).subarray(0, 90), "demo-1.tar.gz"), { code: "ARCHIVE_INVALID" });
  await assert.rejects(read(ZIP, "demo-1.tar.bz2"), { code: "INPUT_UNSUPPORTED" });
  await assert.rejects(readSourceArchive(join(folder, "none"), "demo-1.tar.gz"), { code: "ENOENT" });
  const linked = (linkName: string) => buildTar([{ path: "demo-1/a/l", type: "symlink", linkName }]);
  for (const target of ["/etc/passwd", "../../..", "../../../demo-1"]) {
    await assert.rejects(read(gzipSync(linked(target)), "demo-1.tgz"), { message: /its link demo-1\/a\/l leaves/ });
  }
  const two = buildTar([{ path: "a/b" }, { path: "c/d" }]);
  await assert.rejects(read(gzipSync(two), "demo-1.tgz"), { message: /do not lie in one folder/ });
});

const random = xorshift(23);
const packed = gzipSync(TAR);
const outcomes = [
  await fuzz(60_000, "ARCHIVE_INVALID", async () => safe(await readTarTree(once(mutate(TAR, random)), "a.tar.gz"))),
  await fuzz(45_000, "ARCHIVE_INVALID", async () => safe(await readZipTree(bytesSource(mutate(ZIP, random)), "a.zip"))),
];
const damagedPacks = await fuzzPacks();

/** No path or link of a tree leads out of it. */
function safe({ files }: SourceTree): void {
  for (const { path, mode, bytes } of files) {
    if (path.startsWith("/") || path.split("/").includes("..") || path.includes("\0")) throw new Error(`path ${path}`);
    if (mode === "link" && Buffer.from(bytes).toString("utf8").startsWith("/")) throw new Error(`link ${path}`);
  }
}

async function fuzzPacks(): Promise<Awaited<ReturnType<typeof fuzz>>> {
  const place = mkdtempSync(join(tmpdir(), "ociasm-test-"));
  try {
    return await fuzz(500, "ARCHIVE_INVALID", async () => {
      writeFileSync(join(place, "a"), mutate(packed, random));
      safe(await readSourceArchive(join(place, "a"), "a.tar.gz"));
    });
  } finally {
    rmSync(place, { recursive: true });
  }
}

test("damaged archives end in a refusal, and none leads out of its folder", () => {
  for (const { unexpected, accepted } of [...outcomes, damagedPacks]) {
    assert.deepEqual(unexpected, []);
    assert.ok(accepted > 0);
  }
});
