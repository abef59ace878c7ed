import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeSettings } from "../../src/build/merge-settings.ts";

test("a flag wins over the environment, and that over the file", () => {
  const file = { base: "scratch", created: "2020-01-01T00:00:00Z", user: "app" };
  const environment = { SOURCE_DATE_EPOCH: "7" };
  assert.deepEqual(mergeSettings({}, {}, file), file);
  assert.equal(mergeSettings({}, environment, file).created, "7");
  const merged = mergeSettings({ base: "deb:trixie", sourceDateEpoch: "9" }, environment, file);
  assert.deepEqual(merged, { base: "deb:trixie", created: "9", user: "app" });
  assert.throws(() => mergeSettings({}, { SOURCE_DATE_EPOCH: "now" }, {}), { code: "USAGE" });
});

test("lists replace lists; env, labels and annotations are decided name by name", () => {
  const file = { platforms: ["linux/amd64"], env: { A: "1", B: "2" }, labels: { x: "y" } };
  const merged = mergeSettings({ platform: ["linux/arm64"], env: ["B=3=4", "C="] }, {}, file);
  assert.deepEqual(merged, { platforms: ["linux/arm64"], env: { A: "1", B: "3=4", C: "" }, labels: { x: "y" } });
});

test("a lock that is named sets the file's inputs aside", () => {
  const file = { requirements: ["r.txt"], extras: ["a"] };
  assert.deepEqual(mergeSettings({ lock: "pylock.toml" }, {}, file), { extras: ["a"], lock: "pylock.toml" });
});

test("commands are JSON arrays or shell words, and a new entrypoint clears cmd", () => {
  const merged = mergeSettings({ entrypoint: `python -m "my app"` }, {}, { cmd: ["old"] });
  assert.deepEqual([merged.entrypoint, merged.cmd], [["python", "-m", "my app"], []]);
  assert.deepEqual(mergeSettings({ cmd: '["a b", "c"]' }, {}, {}).cmd, ["a b", "c"]);
  assert.throws(() => mergeSettings({ cmd: "[1]" }, {}, {}), { code: "USAGE" });
  assert.throws(() => mergeSettings({ cmd: "'open" }, {}, {}), { code: "USAGE" });
});

test("layers, compression and libc are read from their short forms", () => {
  const file = { layers: { budget: 10, policy: "one", floor: 5 } };
  const merged = mergeSettings({ maxLayers: 30, compression: "gzip,level=9", libc: "musl:1.2", noDev: true }, {}, file);
  assert.deepEqual(merged.layers, { budget: 30, policy: "one", floor: 5 });
  assert.deepEqual(merged.compression, { name: "gzip", level: 9 });
  assert.deepEqual(merged.libc, { family: "musl", version: "1.2" });
  assert.equal(merged.defaultGroups, false);
});

test("flags of a wrong shape are USAGE and name the flag", () => {
  for (const flags of [
    { platform: ["amd64"] },
    { python: "" },
    { libc: "glibc" },
    { compression: "xz" },
    { env: ["A"] },
    { workdir: "app" },
    { snapshot: "today" },
  ]) {
    const [name] = Object.keys(flags);
    assert.throws(() => mergeSettings(flags, {}, {}), { code: "USAGE", message: new RegExp(`--${name}`) });
  }
});
