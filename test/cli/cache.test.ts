import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildBench } from "../support/build-bench.ts";
import { ociasm } from "../support/cli.ts";
import { sampleBytes } from "../support/codec.ts";
import { startHttpServer } from "../support/http-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel } from "../support/wheel.ts";

interface Usage {
  readonly use: string;
  readonly files: number;
  readonly bytes: number;
}

test("the cache tells what is in it, and gives back what can be had again", async (t) => {
  const server = await startHttpServer(t);
  const wheel = buildWheel({ name: "big", version: "1.0", files: { "big/lib.so": sampleBytes(1_500_000, 1) } });
  const bench = buildBench(temporaryFolder(t), { server, wheels: [wheel], path: "/simple/" });
  const run = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await ociasm([...words, "--cache-dir", bench.cache, "--json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const usage = async (): Promise<Readonly<Record<string, Usage>>> => {
    const { usage: all }: { readonly usage: readonly Usage[] } = await run("cache", "du");
    return Object.fromEntries(all.map((one) => [one.use, one]));
  };
  const build = async (tag: string, line: string) => {
    writeFileSync(join(bench.folder, "context", "main.py"), line);
    const { code, stdout, stderr } = await bench.build(["-t", tag, "--json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  await build("one:1", "print(1)\n");
  const two = await build("two:1", "print(2)\n");

  const { images } = await run("image", "ls");
  const [project] = two.images[0].layers.filter((layer: { readonly kind: string }) => layer.kind === "project");
  assert.deepEqual(
    images.map((image: { readonly size: number; readonly unique: number; readonly shared: number }) => [
      image.unique < image.shared,
      image.unique + image.shared - image.size,
    ]),
    [
      [true, 0],
      [true, 0],
    ],
  );
  assert.equal(images[1].unique, project.size);

  const full = await usage();
  assert.equal(full["downloads"]?.bytes, wheel.size);
  assert.ok((full["images"]?.bytes ?? 0) > images[0].size);
  assert.equal(full["layers"]?.bytes, 0);
  assert.deepEqual(await run("cache", "prune"), { schema: 1, blobs: 1, bytes: wheel.size });
  assert.equal((await build("one:1", "print(1)\n")).bytes.wheelsFetched, 0);

  for (const name of ["one:1", "two:1"]) await run("image", "rm", name);
  assert.ok(((await usage())["layers"]?.bytes ?? 0) >= images[0].size);
  await run("cache", "prune", "--all");
  const { images: left, layers, downloads } = await usage();
  assert.deepEqual([left?.files, layers?.files, downloads?.files], [0, 0, 0]);
  assert.ok((await build("one:1", "print(1)\n")).bytes.wheelsFetched > 0);
});
