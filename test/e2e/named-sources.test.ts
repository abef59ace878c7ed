import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { ociasm } from "../support/cli.ts";
import { git, startGitServer } from "../support/git-server.ts";
import { pythonRuntime, RUNTIME_ENVIRONMENT } from "../support/python-runtime.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

/** A pure project that needs no index to be built. */
function project(name: string, dependencies: readonly string[] = [], more = ""): Readonly<Record<string, string>> {
  const system = '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n';
  const table = `[project]\nname = "${name}"\nversion = "1.2"\ndependencies = ${JSON.stringify(dependencies)}\n`;
  return { "pyproject.toml": `${system}${table}${more}`, [`src/${name.replaceAll("-", "_")}/__init__.py`]: "" };
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const TARGET = ["--base", "scratch", "--python", "3.11", "--libc", "glibc:2.36", "--no-index"];

function run(t: TestContext, verb: string, folder: string, words: readonly string[], env = {}) {
  const cache = join(temporaryFolder(t), "cache");
  const own = { OCIASM_PYODIDE: RUNTIME_ENVIRONMENT["OCIASM_PYODIDE"] ?? "", ...env };
  return ociasm([verb, folder, ...TARGET, ...words, "--cache-dir", cache], { env: own });
}

test("what a project names in folders, its workspace and repositories is built and locked at its place and commit", async (t) => {
  if (!needsTools(t, "git") || (await pythonRuntime(t)) === undefined) return;
  const repositories = temporaryFolder(t);
  const repository = join(repositories, "remote.git");
  write(join(repository, "python"), project("remote"));
  git(repository, "init", "--quiet", "--initial-branch=main");
  git(repository, "add", "-A");
  git(repository, "commit", "--quiet", "-m", "x");
  const server = await startGitServer(t, { root: repositories });
  const folder = temporaryFolder(t);
  const remote = `${server.url}/remote.git`;
  write(join(folder, "packages/member"), project("member", ["other"]));
  write(join(folder, "packages/other"), project("other"));
  write(join(folder, "lib"), project("near-by", [`remote @ git+${remote}@main#subdirectory=python`]));
  write(folder, {
    "authority.pem": server.authority,
    "pyproject.toml": `[project]
name = "app"
version = "1"
dependencies = ["member", "near-by"]
[tool.uv.sources]
member = { workspace = true }
other = { workspace = true }
near-by = { path = "lib", editable = true }
[tool.uv.workspace]
members = ["packages/*"]
`,
  });
  const env = { SSL_CERT_FILE: join(folder, "authority.pem") };
  const locked = await run(t, "lock", folder, [], env);
  assert.equal(locked.code, 0, locked.stderr);
  const text = readFileSync(join(folder, "pylock.toml"), "utf8");
  const rowOf = (name: string): string =>
    text.split("\n\n").find((row) => row.includes(`name = "${name}"\nversion`)) ?? "";
  assert.match(rowOf("member"), /\{ name = "other" \},\n\]\ndirectory = \{ path = "packages\/member" \}/);
  assert.match(rowOf("other"), /directory = \{ path = "packages\/other" \}/);
  assert.match(rowOf("near-by"), /directory = \{ path = "lib" \}/);
  const commit = git(repository, "rev-parse", "HEAD");
  assert.ok(
    rowOf("remote").includes(
      `vcs = { type = "git", url = "${remote}", requested-revision = "main", commit-id = "${commit}", subdirectory = "python" }`,
    ),
  );
  git(repository, "commit", "--quiet", "--allow-empty", "-m", "y");
  assert.equal((await run(t, "lock", folder, ["--check"], env)).code, 0, "a branch stays at its commit");
  const planned = await run(t, "plan", folder, ["--locked"], env);
  assert.equal(planned.code, 0, planned.stderr);
  for (const name of ["member", "near-by", "other", "remote"]) assert.match(planned.stdout, RegExp(`${name}==1\\.2`));
  const renewed = await run(t, "lock", folder, ["--upgrade-package", "remote"], env);
  const other = git(repository, "rev-parse", "HEAD");
  assert.match(renewed.stderr, RegExp(`remote commit ${commit.slice(0, 12)} -> ${other.slice(0, 12)}`));
  assert.equal(readFileSync(join(folder, "pylock.toml"), "utf8"), text.replace(commit, other));
});

test("lines of a requirements file may be folders, and a name that is not the project's is refused with the one that is", async (t) => {
  if ((await pythonRuntime(t)) === undefined) return;
  const folder = temporaryFolder(t);
  write(join(folder, "one"), project("first-thing"));
  write(join(folder, "two"), project("second-thing"));
  write(folder, { "requirements.txt": "-e ./one\nsecond-thing @ ./two\n", "wrong.txt": "other @ ./two\n" });
  const planned = await run(t, "plan", folder, []);
  assert.equal(planned.code, 0, planned.stderr);
  assert.match(planned.stdout, /first-thing==1\.2/);
  assert.match(planned.stdout, /second-thing==1\.2/);
  const refused = await run(t, "plan", folder, ["-r", join(folder, "wrong.txt")]);
  assert.match(
    refused.stderr,
    /other was to be built, and its sources are second-thing 1\.2\n {2}--> .*wrong\.txt:1:1/,
  );
  const forbidden = await run(t, "plan", folder, ["--no-build"]);
  assert.match(forbidden.stderr, /one is a folder of sources, and nothing is built here/);
});
