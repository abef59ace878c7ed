import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import type { LockedWheel } from "../../src/resolve/lock.ts";
import { openTestBuilder } from "../support/building.ts";
import { ociasm } from "../support/cli.ts";
import { pythonRuntime, RUNTIME_ENVIRONMENT } from "../support/python-runtime.ts";
import { testTarget } from "../support/target.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, oraclePython } from "../support/tools.ts";
import { wheelDifferences } from "../support/wheel-difference.ts";

type Recipe = Readonly<Record<string, string>>;

const CODE = { "src/demo/__init__.py": '"""A demo."""\n', "src/demo/data.txt": "data\n", "README.md": "# Demo\n\nä\n" };
const TABLE = `name = "demo"
version = "1.2"
description = "A demo"
readme = "README.md"
requires-python = ">=3.9"
dependencies = ["six >= 1; sys_platform == 'linux'"]
[project.optional-dependencies]
fast = ["uvloop"]
[project.scripts]
demo = "demo:main"
`;

/** Projects in the simple form of each backend. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  hatchling: {
    ...CODE,
    "pyproject.toml": `[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project]\n${TABLE}`,
  },
  "uv-build": {
    ...CODE,
    "pyproject.toml": `[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n[project]\n${TABLE}`,
  },
  "setup-py": {
    ...CODE,
    "MANIFEST.in": "include src/demo/data.txt\n",
    "setup.py": `from distutils.core import Command
from setuptools import find_packages, setup
setup(name="demo", version=open("VERSION").read().strip(), packages=find_packages("src"), package_dir={"": "src"},
      include_package_data=True, scripts=["run-demo"], install_requires=["six"], long_description=open("README.md").read())
`,
    VERSION: "1.2\n",
    "run-demo": "#!/usr/bin/env python\nprint(1)\n",
  },
};

function write(folder: string, recipe: Recipe): void {
  for (const [path, text] of Object.entries(recipe)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

test("projects of several backends become the wheels that pip makes of them", async (t) => {
  const python = oraclePython();
  if (!needs(t, "python3", python) || python === undefined) return;
  if ((await pythonRuntime(t)) === undefined) return;
  const folder = temporaryFolder(t);
  const { builder, bytesOf, close } = await openTestBuilder(join(folder, "cache"), t.signal);
  t.after(close);
  const target = testTarget({ python: "3.11.2" });
  const built = Object.entries(RECIPES).map(async ([name, recipe]): Promise<readonly [string, LockedWheel]> => {
    write(join(folder, name), recipe);
    const sources = { kind: "folder", path: name } as const;
    const { wheel } = await builder.named(sources, join(folder, "uv.lock"), { name: "demo", wayOut: "" }, target);
    return [name, wheel];
  });
  for (const [name, wheel] of await Promise.all(built)) {
    const to = join(folder, `${name}-oracle`);
    const options = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", to, join(folder, name)];
    const ran: SpawnSyncReturns<string> = spawnSync(python, options, { encoding: "utf8" });
    assert.equal(ran.status, 0, ran.stderr);
    const [oracle = ""] = readdirSync(to);
    assert.equal(wheel.filename, oracle, name);
    assert.deepEqual(await wheelDifferences(await bytesOf(wheel), readFileSync(join(to, oracle))), [], name);
  }
});

test("a module in C is refused with its name, and the same sources are the same bytes", async (t) => {
  if ((await pythonRuntime(t)) === undefined) return;
  const folder = temporaryFolder(t);
  const { builder, close } = await openTestBuilder(join(folder, "cache"), t.signal);
  const again = await openTestBuilder(join(folder, "other"), t.signal);
  t.after(() => Promise.all([close(), again.close()]));
  const extension =
    'from setuptools import Extension, setup\nsetup(name="speed", version="1", ext_modules=[Extension("speed._c", ["c.c"])])\n';
  write(join(folder, "speed"), { "setup.py": extension, "c.c": "int x;\n" });
  const target = testTarget({ python: "3.11.2" });
  const build = (from: typeof builder, path: string, name: string) =>
    from.named({ kind: "folder", path }, join(folder, "uv.lock"), { name, wayOut: "take a wheel" }, target);
  await assert.rejects(build(builder, "speed", "speed"), {
    code: "BUILD_FAILED",
    message: /^speed has compiled modules \(speed\._c\), and nothing is compiled here/,
    hint: "take a wheel",
  });
  write(join(folder, "plain"), RECIPES["uv-build"] ?? {});
  const [one, other] = [await build(builder, "plain", "demo"), await build(again.builder, "plain", "demo")];
  assert.equal(one.wheel.sha256, other.wheel.sha256);
});

test("a project is installed where that is asked for, and nothing is built where that is forbidden", async (t) => {
  if ((await pythonRuntime(t)) === undefined) return;
  const folder = temporaryFolder(t);
  write(folder, {
    ...RECIPES["uv-build"],
    "pyproject.toml": (RECIPES["uv-build"]?.["pyproject.toml"] ?? "").replace(/^dependencies.*$/m, ""),
  });
  const plan = (text: string) => {
    writeFileSync(join(folder, "ociasm.yaml"), `${text}base: scratch\npython: "3.11"\nlibc: glibc:2.36\n`);
    return ociasm(["plan", folder, "--cache-dir", join(folder, "..", `${basename(folder)}-cache`)], {
      env: { OCIASM_PYODIDE: RUNTIME_ENVIRONMENT["OCIASM_PYODIDE"] ?? "" },
    });
  };
  const installed = await plan("install-project: true\n");
  assert.equal(installed.code, 0, installed.stderr);
  assert.match(installed.stdout, /demo==1\.2/);
  const refused = await plan("install-project: true\nno-build: true\n");
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /demo is to be installed, and may not be built/);
});
