import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fakeRegistry } from "../fake-registry/registry.ts";
import { ociasm, type RunResult } from "../support/cli.ts";
import { mixedIndex, seedMoved } from "../support/moving.ts";
import { temporaryFolder } from "../support/temporary.ts";

// `registries` of the configuration, for the verbs that build nothing.

const FAR = "far.invalid:5000";

interface Bench {
  readonly folder: string;
  readonly digest: string;
  /** "127.0.0.1:1234": has what is asked of `FAR`. */
  readonly mirror: string;
  run(...words: readonly string[]): Promise<RunResult>;
}

async function bench(t: TestContext): Promise<Bench> {
  const registry = await fakeRegistry(t);
  const moved = await mixedIndex();
  seedMoved(registry, "team/app", "1", moved);
  const folder = temporaryFolder(t);
  return {
    folder,
    digest: moved.top.descriptor.digest,
    mirror: registry.host,
    run: (...words) => ociasm([...words, "--cache-dir", join(folder, "cache")], { cwd: folder, env: { HOME: folder } }),
  };
}

const settings = (mirror: string): string => `registries: {"${FAR}": {mirrors: ["http://${mirror}"]}}\n`;

test("pull, copy, index create and inspect read through the mirrors that the folder's configuration names", async (t) => {
  const { folder, digest, mirror, run } = await bench(t);
  writeFileSync(join(folder, "ociasm.yaml"), settings(mirror));
  for (const words of [
    ["pull", `${FAR}/team/app:1`],
    ["copy", `docker://${FAR}/team/app:1`, `${mirror}/copied:1`],
    ["index", "create", `${mirror}/merged:1`, `docker://${FAR}/team/app:1`],
    ["inspect", `docker://${FAR}/team/app:1`],
  ]) {
    const { code, stdout, stderr } = await run(...words);
    assert.equal(code, 0, `${words.join(" ")}\n${stderr}`);
    if (words[0] !== "index") assert.match(stdout, new RegExp(digest), words.join(" "));
  }
});

test("pyproject.toml and --file do as well, and --file wins", async (t) => {
  const { folder, mirror, run } = await bench(t);
  const pull = ["copy", `docker://${FAR}/team/app:1`, "oci:out:1"];
  writeFileSync(join(folder, "pyproject.toml"), `[tool.ociasm.registries."${FAR}"]\nmirrors = ["http://${mirror}"]\n`);
  assert.equal((await run(...pull)).code, 0);
  mkdirSync(join(folder, "else"));
  writeFileSync(join(folder, "else", "reach.yaml"), `registries: {"${FAR}": {http: true}}\n`);
  const other = await run(...pull, "--file", "else/reach.yaml");
  assert.equal(other.code, 4, other.stderr);
  assert.match(other.stderr, /far\.invalid/);
});

test("push finds a registry's own authority, beside the configuration that names it", async (t) => {
  const { folder, mirror, run } = await bench(t);
  assert.equal((await run("pull", `${mirror}/team/app:1`, "-t", `${mirror}/pushed:1`)).code, 0);
  writeFileSync(join(folder, "ociasm.yaml"), `registries: {"${mirror}": {ca: certs/none.pem}}\n`);
  const { code, stderr } = await run("push", `${mirror}/pushed:1`);
  assert.notEqual(code, 0);
  assert.match(stderr, new RegExp(`${folder}/certs/none\\.pem`));
});

test("a configuration that is wrong is named, and nothing is asked of anybody", async (t) => {
  const { folder, mirror, run } = await bench(t);
  writeFileSync(join(folder, "ociasm.yaml"), "registries:\n  far.invalid: {mirror: [x]}\n");
  const { code, stderr } = await run("pull", `${mirror}/team/app:1`);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /ociasm\.yaml:2/);
});
