import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ociasm, run } from "../support/cli.ts";
import { dockerArchive } from "../support/docker-archive.ts";
import { randomLayers } from "../support/random-layers.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

interface Dive {
  readonly layer: readonly { readonly sizeBytes: number; readonly digestId: string; readonly command: string }[];
  readonly image: {
    readonly sizeBytes: number;
    readonly inefficientBytes: number;
    readonly efficiencyScore: number;
    readonly fileReference: readonly { readonly count: number; readonly sizeBytes: number; readonly file: string }[];
  };
}

test("dive and analyze agree to the byte on ten images that overwrite and remove at random", async (t) => {
  if (!needsTools(t, "dive")) return;
  const folder = temporaryFolder(t);
  const wasted: number[] = [];
  for (let seed = 1; seed <= 10; seed++) {
    const archive = join(folder, `${seed}.tar`);
    writeFileSync(archive, await dockerArchive(await randomLayers(seed)));
    const json = join(folder, `${seed}.json`);
    const dive = await run("dive", ["--json", json, `docker-archive://${archive}`], { cwd: folder });
    assert.equal(dive.code, 0, dive.stderr);
    const ours = await ociasm(["analyze", `archive:${archive}`, "--json", "--cache-dir", join(folder, "cache")]);
    assert.equal(ours.code, 0, ours.stderr);
    const found = figures(JSON.parse(ours.stdout));
    assert.deepEqual(found, figures(JSON.parse(readFileSync(json, "utf8"))), `image ${seed}`);
    wasted.push(found.image.inefficientBytes);
  }
  assert.ok(wasted.filter((bytes) => bytes > 0).length > 5, "images that waste nothing show nothing");
});

/** Files of one size have no order in dive. */
function figures({ layer, image }: Dive): Dive {
  const byName = [...image.fileReference].sort((a, b) => (a.file < b.file ? -1 : 1));
  return {
    layer: layer.map(({ sizeBytes, digestId, command }) => ({ sizeBytes, digestId, command })),
    image: {
      sizeBytes: image.sizeBytes,
      inefficientBytes: image.inefficientBytes,
      efficiencyScore: image.efficiencyScore,
      fileReference: byName.map(({ count, sizeBytes, file }) => ({ count, sizeBytes, file })),
    },
  };
}
