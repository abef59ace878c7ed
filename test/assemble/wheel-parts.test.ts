import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { assembleLayer } from "../../src/assemble/assemble.ts";
import type { AssembleJob } from "../../src/assemble/job.ts";
import { silent } from "../../src/events.ts";
import { makeJob, readTar } from "../support/assemble.ts";
import { sampleBytes } from "../support/codec.ts";
import { temporaryFolder } from "../support/temporary.ts";
import type { WheelSpec } from "../support/wheel.ts";

const large: WheelSpec = {
  name: "large",
  version: "1.0",
  files: Object.fromEntries(
    Array.from({ length: 9 }, (_, at) => [`large/lib${at}.so`, { content: sampleBytes(100_000 + at * 40_000, at) }]),
  ),
};

async function filesOf(job: AssembleJob): Promise<readonly (readonly [name: string, content: string])[]> {
  await assembleLayer(job, { report: silent, signal: new AbortController().signal });
  const items = await readTar(gunzipSync(await readFile(job.blobPath)));
  return items.filter(({ type }) => type === "file").map(({ name, content }) => [name, content.toString("base64")]);
}

test("the parts of a wheel are its files, each once, and the first has the metadata", async (t) => {
  const folder = temporaryFolder(t);
  const whole = await makeJob(folder, { wheels: [large], name: "whole" });
  const parts: (readonly (readonly [string, string])[])[] = [];
  for (const index of [0, 1, 2]) {
    const job = await makeJob(folder, { wheels: [large], name: `part${index}` });
    const sources = job.recipe.sources.map((source) => ({ ...source, part: { index, count: 3 } }));
    parts.push(await filesOf({ ...job, recipe: { ...job.recipe, sources } }));
  }
  assert.deepEqual(parts.flat().sort(), [...(await filesOf(whole))].sort());
  assert.deepEqual(
    parts.map((files) => files.filter(([name]) => name.includes(".dist-info/")).length > 0),
    [true, false, false],
  );
  assert.ok(parts.every((files) => files.length > 1));
});
