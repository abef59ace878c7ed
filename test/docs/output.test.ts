import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ociasm, ROOT } from "../support/cli.ts";
import { type Schema, schemaErrors } from "../support/json-schema.ts";
import { temporaryFolder } from "../support/temporary.ts";

async function schema(name: string): Promise<Schema> {
  return JSON.parse(await readFile(`${ROOT}schema/${name}.schema.json`, "utf8"));
}

/** A folder with a program, and the flags that build it from nothing into a folder. */
async function project(t: TestContext): Promise<{ readonly root: string; readonly flags: readonly string[] }> {
  const root = temporaryFolder(t);
  await mkdir(join(root, "app"));
  await writeFile(join(root, "app", "main.py"), "print(1)\n");
  const output = `type=oci,dest=${join(root, "out")},tar=false`;
  const places = ["--cache-dir", join(root, "cache"), "-o", output];
  return { root, flags: [join(root, "app"), "--base", "scratch", "-t", "app:1", ...places] };
}

test("build --json fits schema/result.schema.json, for one platform and for two, built and known", async (t) => {
  const { root, flags } = await project(t);
  for (const platform of ["linux/amd64", "linux/amd64,linux/arm64"]) {
    const metadata = join(root, "metadata.json");
    const { code, stdout, stderr } = await ociasm([
      "build",
      ...flags,
      "--platform",
      platform,
      "--metadata-file",
      metadata,
      "--json",
    ]);
    assert.equal(code, 0, stderr);
    const result = JSON.parse(stdout);
    assert.deepEqual(schemaErrors(await schema("result"), result), []);
    assert.equal(result.images.length, platform.split(",").length);
    const written = JSON.parse(await readFile(metadata, "utf8"));
    assert.deepEqual(written.ociasm, result);
    assert.equal(written["containerimage.digest"], result.digest);
  }
});

test("a result with a member too many, one too few or one of another type does not fit", async (t) => {
  const { flags } = await project(t);
  const result = JSON.parse((await ociasm(["build", ...flags, "--json"])).stdout);
  const shape = await schema("result");
  const { ref: _ref, ...without } = result;
  for (const wrong of [{ ...result, more: 1 }, without, { ...result, digest: "sha256:0" }, { ...result, images: [] }]) {
    assert.notDeepEqual(schemaErrors(shape, wrong), []);
  }
});

test("plan --json has the images of the result, with null for what is not known", async (t) => {
  const { flags } = await project(t);
  const inputs = flags.slice(0, flags.indexOf("-t"));
  const { code, stdout, stderr } = await ociasm(["plan", ...inputs, "--json"]);
  assert.equal(code, 0, stderr);
  const whole = await schema("result");
  const plan: Schema = {
    $defs: whole["$defs"],
    type: "object",
    required: ["schema", "images"],
    properties: whole["properties"],
  };
  const document = JSON.parse(stdout);
  assert.deepEqual(schemaErrors(plan, document), []);
  assert.equal(document.images[0].digest, null);
});

test("every line of --progress json fits schema/events.schema.json", async (t) => {
  const { flags } = await project(t);
  const events = await schema("events");
  const seen = new Set<string>();
  for (const verbose of [[], ["--verbose"]]) {
    const { code, stderr } = await ociasm(["build", ...flags, "--progress", "json", ...verbose]);
    assert.equal(code, 0, stderr);
    for (const line of stderr.trimEnd().split("\n")) {
      const event = JSON.parse(line);
      assert.deepEqual(schemaErrors(events, event), [], line);
      seen.add(event.type);
    }
  }
  assert.deepEqual([...seen].sort(), ["layer", "note", "phase", "transfer"]);
  assert.notDeepEqual(schemaErrors(events, { type: "phase", phase: "lunch" }), []);
});
