import assert from "node:assert/strict";
import { cp, mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ociasm, ROOT } from "../support/cli.ts";
import { getJson, podmanServe } from "../support/containers.ts";
import { readImageFolder } from "../support/image-folder.ts";
import { needsTools } from "../support/tools.ts";

// podman makes a name of the path, and names are lower case.
let work = "";

before(async () => {
  work = join(await realpath(tmpdir()), `ociasm-cog-${process.pid}`);
  await mkdir(work);
});

after(async () => {
  await rm(work, { recursive: true, force: true });
});

async function model(name: string): Promise<string> {
  const context = join(work, name);
  await cp(join(ROOT, "examples", "cog"), context, { recursive: true });
  return context;
}

test("a model of cog becomes an image without Docker, and cog's own server answers in it", async (t) => {
  if (!needsTools(t, "podman")) return;
  const context = await model("built");
  const out = join(work, "out");
  const output = ["-t", "cog:1", "-o", `type=oci,dest=${out},tar=false`, "--cache-dir", join(work, "cache")];
  const result = await ociasm(["build", context, ...output, "--progress", "plain"]);
  assert.equal(result.code, 0, result.stderr);
  const [image] = (await readImageFolder(out)).images;
  const config = image?.config["config"] as { Cmd: unknown; WorkingDir: unknown; Labels: Record<string, string> };
  assert.deepEqual(config.Cmd, ["python", "-m", "cog.server.http"]);
  assert.equal(config.WorkingDir, "/src");
  assert.match(config.Labels["run.cog.config"] ?? "", /"python_packages":\["humanize==/);
  const server = await podmanServe(`oci:${out}:1`);
  try {
    for (;;) {
      const { status } = (await getJson(server, "/health-check")) as { status: string };
      if (status === "READY") break;
      assert.equal(status, "STARTING");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const answer = await fetch(`http://127.0.0.1:${server.port}/predictions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ input: { name: "you" } }),
      signal: AbortSignal.timeout(60_000),
    });
    const { output, status } = (await answer.json()) as { output: string; status: string };
    assert.deepEqual({ output, status }, { output: "hello you: 1,234,567", status: "succeeded" });
  } finally {
    await server.stop();
  }
});

test("a lock beside cog.yaml holds, and init writes a configuration that gives the same image", async () => {
  const context = await model("locked");
  const cache = ["--cache-dir", join(work, "cache")];
  const locked = await ociasm(["lock", context, ...cache]);
  assert.equal(locked.code, 0, locked.stderr);
  assert.match(await readFile(join(context, "pylock.toml"), "utf8"), /name = "coglet"/);
  const plan = async (...flags: readonly string[]) => {
    const result = await ociasm(["plan", context, "--json", ...cache, ...flags]);
    assert.equal(result.code, 0, result.stderr);
    return JSON.parse(result.stdout).images;
  };
  const fromCog = await plan("--locked");
  const made = await ociasm(["init", context, "--from", join(context, "cog.yaml")]);
  assert.equal(made.code, 0, made.stderr);
  // The configuration that was written is a file of the project too.
  await writeFile(join(context, ".ociasmignore"), "ociasm.yaml\n.ociasmignore\n");
  const keys = (images: readonly { layers: readonly { kind: string; key: string }[] }[]) =>
    images.flatMap(({ layers }) => layers.filter(({ kind }) => kind !== "project").map(({ key }) => key));
  assert.deepEqual(keys(await plan("--lock", join(context, "pylock.toml"))), keys(fromCog));
  await writeFile(join(context, "cog.yaml"), "build: {python_version: '3.11', python_packages: [six]}\n");
  const stale = await ociasm(["plan", context, "--locked", "--lock", join(context, "pylock.toml"), ...cache]);
  assert.match(stale.stderr, /LOCK_OUTDATED.*cog\.yaml changed/);
});

test("what would have to be run is refused in one go, with the way out that works", async () => {
  const context = await model("refused");
  const text = await readFile(join(context, "cog.yaml"), "utf8");
  await writeFile(
    join(context, "cog.yaml"),
    text.replace("build:", "build:\n  run: [make all, curl -O https://files.example/x]"),
  );
  const refused = await ociasm(["plan", context]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /cog\.yaml can't be followed: `make all`: it compiles[\s\S]*`curl -O .*downloads/);
  assert.match(refused.stderr, /ociasm init --from cog\.yaml/);
  const made = await ociasm(["init", "--from", "cog.yaml"], { cwd: context });
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /2 lines were not carried over/);
  const again = await ociasm(["init", "--from", "cog.yaml"], { cwd: context });
  assert.match(again.stderr, /ociasm\.yaml is there already/);
  assert.equal(again.code, 2);
});
