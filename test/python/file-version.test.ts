import assert from "node:assert/strict";
import { test } from "node:test";
import { createFileVersions } from "../../src/python/file-version.ts";
import { parseSdistName } from "../../src/python/sdist-name.ts";
import { parseWheelName } from "../../src/python/wheel-name.ts";

test("a reader that keeps the parts of names gives the same project and version", () => {
  const read = createFileVersions();
  const parts = [
    ["foo", "Foo.Bar", "a__b", "", "-"],
    ["1.0", "1.x", "1.0+Cu121"],
    ["py3-none-any", "1-py3-none-any", "py3--any", "a1-py3-none-any", "py3-none", "py3-none-any-", "1-py3-none-any-x"],
  ];
  const [names = [], versions = [], rests = []] = parts;
  for (const _ of ["anew", "again"]) {
    for (const name of names) {
      for (const version of versions) {
        for (const rest of rests) {
          for (const filename of [
            `${name}-${version}-${rest}.whl`,
            `${name}-${version}-${rest}.zip`,
            `${name}-${version}`,
          ]) {
            const parsed = filename.endsWith(".whl") ? parseWheelName(filename) : parseSdistName(filename);
            const expected = parsed.ok ? { name: parsed.value.name, version: parsed.value.version } : undefined;
            assert.deepEqual(read(filename), expected, filename);
          }
        }
      }
    }
  }
  const long = `foo-1-${"a".repeat(512)}-none-any.whl`;
  assert.deepEqual([parseWheelName(long).ok, read(long)], [false, undefined]);
  const [first, second] = [read("foo-1.0-py3-none-any.whl"), read("foo-1.0-cp311-abi3-linux_x86_64.whl")];
  assert.ok(first !== undefined && first.version === second?.version);
});
