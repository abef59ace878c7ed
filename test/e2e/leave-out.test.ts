import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ociasm } from "../support/cli.ts";
import { readImageFolder, readLayer } from "../support/image-folder.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel } from "../support/wheel.ts";

interface Finding {
  readonly kind: string;
  readonly bytes: number;
  readonly fix: { readonly config: string | null };
}

test("the line that analyze gives for a package's tests leaves them out of the image, and of RECORD", async (t) => {
  const folder = temporaryFolder(t);
  const [app, out, layout] = [join(folder, "app"), join(folder, "wheels"), join(folder, "layout")];
  for (const one of [app, out]) mkdirSync(one);
  const content = { "tested/__init__.py": "", "tested/tests/test_it.py": "assert True\n", "tested/testsuite.py": "" };
  const wheel = buildWheel({ name: "tested", version: "1.0", files: content });
  writeFileSync(join(out, wheel.filename), wheel.bytes);
  writeFileSync(join(app, "main.py"), "");
  writeFileSync(join(app, "requirements.txt"), "tested==1.0\n");
  const cache = ["--cache-dir", join(folder, "cache")];
  const build = async (config: string): Promise<readonly Finding[]> => {
    writeFileSync(join(app, "ociasm.yaml"), `base: scratch\npython: "3.11"\nlibc: glibc:2.36\n${config}\n`);
    const places = ["--no-index", "--find-links", out, "-t", "a:1", "-o", `type=oci,dest=${layout},tar=false`];
    const built = await ociasm(["build", app, ...places, ...cache]);
    assert.equal(built.code, 0, built.stderr);
    const { stdout, stderr } = await ociasm(["analyze", `oci:${layout}`, "--json", ...cache]);
    assert.ok(stdout.startsWith("{"), stderr);
    return JSON.parse(stdout).findings;
  };

  const [found] = (await build("")).filter(({ kind }) => kind === "tests");
  assert.equal(found?.bytes, "assert True\n".length);
  assert.deepEqual(
    (await build(found?.fix.config ?? "")).filter(({ kind }) => kind === "tests"),
    [],
  );

  const [image] = (await readImageFolder(layout)).images;
  assert.ok(image !== undefined);
  const files = new Map<string, string>();
  for (const layer of image.layers) {
    for (const [path, { text }] of await readLayer(layout, layer)) files.set(path, text);
  }
  const paths = [...files.keys()];
  const record = files.get(paths.find((path) => path.endsWith("/RECORD")) ?? "") ?? "";
  assert.ok(paths.some((path) => path.endsWith("tested/testsuite.py")));
  assert.ok(!paths.some((path) => /\/tests(\/|$)/.test(path)));
  assert.match(record, /tested\/testsuite\.py/);
  assert.doesNotMatch(record, /tests\//);
});
