import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CLI, ociasm, ROOT, run } from "../support/cli.ts";
import { pythonBase, requirements, writeWheels } from "../support/plumbing.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";
import { buildWheel } from "../support/wheel.ts";

// examples/make: what docs/build-systems.md shows.

const WHEELS = ["large", "middle", "small"].map((name, at) =>
  buildWheel({ name, version: "1.0", files: { [`${name}/__init__.py`]: "x = 1\n".repeat(1000 - 400 * at) } }),
);

test("make builds the image that ociasm builds, in any folder, and makes anew only what changed", async (t) => {
  if (!needsTools(t, "make", "find", "ls")) return;
  const root = temporaryFolder(t);
  const make = async (folder: string): Promise<string> => {
    const command = ["-j2", `OCIASM=${process.execPath} ${CLI}`];
    const { code, stdout, stderr } = await run("make", command, { cwd: folder });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const folders = ["one", "another/folder"].map((name) => join(root, name));
  const [first = ""] = folders;
  for (const folder of folders) {
    cpSync(join(ROOT, "examples", "make"), folder, { recursive: true });
    mkdirSync(join(folder, "wheels"));
    writeWheels(join(folder, "wheels"), WHEELS);
    await pythonBase(join(folder, "base"));
    await make(folder);
  }
  const [digest, other] = folders.map((folder) => readFileSync(join(folder, "out", "image.digest"), "utf8"));
  assert.equal(digest, other);

  writeFileSync(join(root, "requirements.txt"), requirements(WHEELS));
  const inputs = ["-r", "../requirements.txt", "--no-index", "--find-links", "wheels", "--libc", "glibc:2.36"];
  const choices = ["--layer-policy", "per-package", "--entrypoint", "python main.py", "--cache-dir", "../cache", "-q"];
  const built = await ociasm(["build", "app", "--base", "oci:base", ...inputs, ...choices], { cwd: first });
  assert.equal(built.code, 0, built.stderr);
  assert.equal(`${built.stdout.trim()}\n`, digest);

  assert.match(await make(first), /up to date/);
  writeFileSync(join(first, "app", "main.py"), "print('changed')\n");
  const again = (await make(first))
    .split("\n")
    .flatMap((line) => / (layer|assemble) (\S+)$/.exec(line)?.slice(1) ?? []);
  assert.deepEqual(again, ["layer", "out/app.params.json", "assemble", "out/image.params.json"]);
  assert.notEqual(readFileSync(join(first, "out", "image.digest"), "utf8"), digest);
});
