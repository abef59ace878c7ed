import assert from "node:assert/strict";
import { test } from "node:test";
import { bundleAction, committedBundle } from "../support/action-bundle.ts";
import { ROOT } from "../support/cli.ts";

test("dist/ is what the sources make, byte for byte", async () => {
  const [{ files: made }, committed] = [await bundleAction(), committedBundle()];
  assert.deepEqual([...committed.keys()].sort(), [...made.keys()].sort(), "run `npm run action`");
  for (const [path, bytes] of made) {
    assert.ok(Buffer.from(committed.get(path) ?? []).equals(bytes), `dist/${path} is old: run \`npm run action\``);
  }
});

test("dist/ needs no installed package, and names no path of the machine that made it", async () => {
  const { files, packages } = await bundleAction();
  assert.deepEqual(packages, ["zstd-napi", "zstd-napi/binding.js"], "those that a layer can be made without");
  for (const [path, bytes] of files) assert.ok(!Buffer.from(bytes).includes(ROOT), path);
});
