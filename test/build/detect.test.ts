import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Detected, detect } from "../../src/build/detect.ts";
import { parseEnvFile } from "../../src/build/env-file.ts";
import { readPythonVersion } from "../../src/build/python-version.ts";

function look(t: TestContext, files: Readonly<Record<string, string>>): Promise<Detected> {
  const root = mkdtempSync(join(tmpdir(), "ociasm-detect-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return detect(root);
}

test("lock, Python and the only console script are found and said in one line", async (t) => {
  const found = await look(t, {
    "pylock.toml": "",
    "requirements.txt": "",
    ".python-version": "# pinned\n3.12\n",
    "pyproject.toml": `[project]\nname = "App"\nversion = "1"\nrequires-python = ">=3.11"\nscripts = {serve = "app.cli:main"}\n`,
    "src/app/__init__.py": "",
    "src/app/__main__.py": "",
  });
  assert.equal(found.lock, "pylock.toml");
  assert.deepEqual(found.otherLocks, ["requirements.txt"]);
  assert.deepEqual(found.warnings, ["requirements.txt not used: pylock.toml comes first"]);
  assert.deepEqual(found.entrypoint, {
    command: ["serve"],
    from: "project.scripts",
    script: { name: "serve", target: "app.cli:main" },
    candidates: [],
  });
  assert.deepEqual(found.sourceRoots, ["src"]);
  assert.equal(found.requiresPython, ">=3.11");
  assert.equal(found.summary, "detected pylock.toml, Python 3.12 (.python-version), runs `serve` (project.scripts)");
});

test("without scripts it is the package with a __main__, then main.py or app.py, then python", async (t) => {
  const main = await look(t, { "my_app/__main__.py": "", "tests/__main__.py": "", "main.py": "" });
  assert.deepEqual([main.entrypoint.command, main.entrypoint.from], [["python", "-m", "my_app"], "my_app/__main__.py"]);
  const inSource = await look(t, { "src/pkg/__main__.py": "" });
  assert.deepEqual(inSource.entrypoint.command, ["python", "-m", "pkg"]);
  assert.deepEqual((await look(t, { "app.py": "" })).entrypoint.command, ["python", "app.py"]);
  const nothing = await look(t, { "README.md": "" });
  assert.deepEqual(nothing.entrypoint, { command: ["python"], candidates: [] });
  assert.equal(nothing.summary, "detected no lock");
});

test("of several candidates none is guessed, and all are named", async (t) => {
  const scripts = await look(t, {
    "pyproject.toml": `[tool.poetry.scripts]\nb = "x:y"\na = "x:z"\nfile = {reference = "x"}`,
  });
  assert.deepEqual(scripts.entrypoint, { command: ["python"], candidates: ["a", "b"] });
  assert.match(scripts.warnings[0] ?? "", /several: a, b/);
  assert.deepEqual((await look(t, { "main.py": "", "app.py": "" })).entrypoint.candidates, [
    "python main.py",
    "python app.py",
  ]);
  const packages = await look(t, { "a/__main__.py": "", "src/b/__main__.py": "" });
  assert.deepEqual(packages.entrypoint.candidates, ["python -m a", "python -m b"]);
});

test("a broken pyproject.toml has its place, a missing context its name", async (t) => {
  await assert.rejects(look(t, { "pyproject.toml": "[project]\nname = 3" }), {
    code: "INPUT_INVALID",
    message: /project\.name must be a string/,
  });
  await assert.rejects(detect("/none/such"), { code: "INPUT_NOT_FOUND" });
});

test(".python-version is read as pyenv and uv write it", () => {
  const table: readonly (readonly [string, ReturnType<typeof readPythonVersion>])[] = [
    ["3.12.4\n", { version: "3.12.4" }],
    ["\n# x\n3.13 # y\n3.11", { version: "3.13" }],
    ["cpython-3.12.4-linux-x86_64-gnu", { version: "3.12.4" }],
    ["python3.11", { version: "3.11" }],
    ["3.14t", { version: "3.14t" }],
    ["3.14+freethreaded", { version: "3.14t" }],
    ["pypy3.10", { unknown: "pypy3.10" }],
    ["system", { unknown: "system" }],
    ["", undefined],
  ];
  for (const [text, expected] of table) assert.deepEqual(readPythonVersion(text), expected, text);
});

test("an env file is Docker's: no quoting, comments, problems with their lines", () => {
  assert.deepEqual(parseEnvFile("e", '\uFEFFA=1\r\n # c\n  B= x "y" #z\n\nC='), { A: "1", B: ' x "y" #z', C: "" });
  assert.throws(
    () => parseEnvFile("e", "A=1\nB\n=x"),
    (error: Error & { location: { line: number }; problems: readonly Error[] }) => {
      assert.deepEqual([error.location.line, error.problems.length], [2, 1]);
      return true;
    },
  );
});
