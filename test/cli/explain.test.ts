import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { buildBench } from "../support/build-bench.ts";
import { ociasm } from "../support/cli.ts";
import { startHttpServer } from "../support/http-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel } from "../support/wheel.ts";

const wheel = (name: string, requires: readonly string[] = []) =>
  buildWheel({ name, version: "1.0", requires, files: { [`${name}/__init__.py`]: `NAME = "${name}"\n` } });

test("with a flat lock the wheels' metadata tells why, and a layer that exists what is unpacked", async (t) => {
  const server = await startHttpServer(t);
  const wheels = [
    wheel("app", ["web[fast]"]),
    wheel("web", ["speed; extra == 'fast'", "util"]),
    wheel("speed"),
    wheel("util"),
  ];
  const bench = buildBench(temporaryFolder(t), { server, wheels, path: "/simple/" });
  const explain = async (name: string, ...more: readonly string[]) => {
    const words = ["explain", name, join(bench.folder, "context"), "--base", "scratch", "--python", "3.11"];
    const places = ["--libc", "glibc:2.36", "--index-url", bench.index.url, "--cache-dir", bench.cache, "--json"];
    const { code, stdout, stderr } = await ociasm([...words, ...places, ...more], { env: { HOME: bench.folder } });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).explanations[0];
  };
  const before = await explain("speed");
  assert.deepEqual(before.why.paths, [["app", "web", "speed"]]);
  assert.equal(before.unpacked, undefined);
  const { code, stderr } = await bench.build([]);
  assert.equal(code, 0, stderr);
  const after = await explain("web", "--offline");
  assert.deepEqual(after.why.onlyForIt, ["speed", "util"]);
  assert.equal(after.layers[0].origin, "store");
  assert.ok(after.unpacked > 0);
});
