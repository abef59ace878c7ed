import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { formatOf } from "../../src/input/formats.ts";
import type { LockInput } from "../../src/input/input.ts";
import { pdmFreshness, pipfileFreshness, poetryFreshness } from "../../src/input/lock-freshness.ts";
import { normalizeName } from "../../src/python/name.ts";
import { startHttpServer } from "../support/http-server.ts";
import { type Asking, selected } from "../support/lock-input.ts";
import { runTool } from "../support/run-tool.ts";
import { serveSimpleIndex } from "../support/simple-index.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs } from "../support/tools.ts";
import { buildWheel } from "../support/wheel.ts";

const PACKAGES: readonly (readonly [
  name: string,
  version: string,
  requires?: readonly string[],
  more?: readonly string[],
])[] = [
  [
    "web",
    "1.5",
    ["core>=1", "winny; sys_platform == 'win32'", "speed; extra == 'fast'", "logs[color]; extra == 'fast'", "num"],
    ["Provides-Extra: fast"],
  ],
  ["core", "1.0", ["backport; python_version < '3.12'"]],
  ["core", "2.0"],
  ["speed", "1.0", ["tiny; platform_machine == 'aarch64'"]],
  ["logs", "1.0", ["paint>=1; extra == 'color'"], ["Provides-Extra: color"]],
  ["paint", "1.0"],
  ["tiny", "1.0"],
  ["winny", "1.0"],
  ["backport", "1.0"],
  ["num", "1.9", []],
  ["num", "2.1", [], ["Requires-Python: >=3.12"]],
  ["lint", "3.0", ["paint", "core"]],
  ["doc-tool", "1.0", ["logs"]],
  ["Db.Driver", "4.0", ["paint"]],
];

const TARGETS: readonly Asking[] = ["3.11.2", "3.12.4", "3.13.5", "3.14.0"].flatMap((python) =>
  ["amd64", "arm64"].map((platform) => ({ python, platform })),
);

/** The requirements that hold for each target, as pip's own library reads them. */
const JUDGE = `
import json, sys
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
lines, targets = json.load(sys.stdin)
def holds(r, t):
    env = {"python_version": ".".join(t["python"].split(".")[:2]), "python_full_version": t["python"],
           "platform_machine": {"amd64": "x86_64", "arm64": "aarch64"}[t["platform"]], "sys_platform": "linux",
           "os_name": "posix", "platform_system": "Linux", "implementation_name": "cpython",
           "platform_python_implementation": "CPython", "extra": ""}
    return r.marker is None or r.marker.evaluate(env)
rs = [Requirement(l) for l in lines]
json.dump([sorted({canonicalize_name(r.name) + str(r.specifier) for r in rs if holds(r, t)}) for t in targets], sys.stdout)
`;

interface Bench {
  readonly folder: string;
  readonly tools: string;
  readonly index: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A loopback index with small wheels, and a project folder; undefined where the tool is not at hand. */
async function prepare(t: TestContext, tool: string): Promise<Bench | undefined> {
  const python = process.env["OCIASM_TEST_PYTHON"];
  if (!needs(t, "OCIASM_TEST_PYTHON", python) || python === undefined) return undefined;
  const tools = dirname(python);
  if (!needs(t, `${tool} beside OCIASM_TEST_PYTHON`, existsSync(join(tools, tool)))) return undefined;
  const server = await startHttpServer(t);
  const wheels = PACKAGES.map(([name, version, requires = [], metadata = []]) => {
    const wheel = buildWheel({ name, version, requires, metadata });
    const python = metadata.find((line) => line.startsWith("Requires-Python: "))?.slice("Requires-Python: ".length);
    return { ...wheel, ...(python === undefined ? {} : { requiresPython: python }) };
  });
  const { url } = serveSimpleIndex(server, wheels);
  const folder = join(temporaryFolder(t), "project");
  mkdirSync(folder);
  return { folder, tools, index: url, env: { HOME: folder, PATH: `${tools}:${process.env["PATH"]}` } };
}

function read(file: string, beside: Readonly<Record<string, string>> = {}): LockInput {
  return formatOf(file).parse(readFileSync(file, "utf8"), {
    file,
    environment: {},
    readInclude: (path, from) => {
      const other = join(dirname(from), path);
      const text = beside[path] ?? (existsSync(other) ? readFileSync(other, "utf8") : undefined);
      return text === undefined ? undefined : { path: other, text };
    },
  });
}

/** Compares our selection for every target with what the tool's own export says. */
async function compare(
  { folder, tools, env }: Bench,
  input: LockInput,
  exported: string,
  asking: Asking,
): Promise<void> {
  const lines = exported.split("\n").filter((line) => /^[A-Za-z]/.test(line));
  const questions = JSON.stringify([lines, TARGETS]);
  const answer = await runTool(join(tools, "python"), ["-c", JUDGE], { cwd: folder, env, input: questions });
  const expected = JSON.parse(answer) as readonly (readonly string[])[];
  TARGETS.forEach((target, at) => {
    assert.deepEqual(selected(input, { ...target, ...asking }), expected[at], JSON.stringify([target, asking]));
  });
  assert.ok(new Set(expected.map((one) => one.join())).size > 2, "the targets get different packages");
}

/** The target that the tools themselves run on. */
async function machine({ folder, tools, env }: Bench): Promise<Asking> {
  const program = "import platform; print(platform.python_version(), platform.machine())";
  const answer = await runTool(join(tools, "python"), ["-c", program], { cwd: folder, env });
  const [python = "", architecture = ""] = answer.trim().split(" ");
  return { python, platform: architecture === "aarch64" ? "arm64" : "amd64" };
}

const POETRY = `[tool.poetry]
name = "app"
version = "1"
description = ""
authors = []
package-mode = false
[tool.poetry.dependencies]
python = ">=3.11,<3.15"
web = {version = "^1.0", extras = ["fast"]}
core = [{version = "1.*", python = "<3.13"}, {version = "^2", python = ">=3.13"}]
"db.driver" = {version = "*", optional = true}
[tool.poetry.extras]
db = ["db.driver"]
[tool.poetry.group.dev.dependencies]
lint = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
doc-tool = "*"
[[tool.poetry.source]]
name = "own"
url = "INDEX"
`;

const CHOICES: readonly (readonly [flags: readonly string[], asking: Asking])[] = [
  [[], {}],
  [["--with", "dev,docs"], { groups: ["dev", "docs"] }],
  [["-E", "db"], { extras: ["db"] }],
  [["--only", "dev"], { groups: ["dev"], only: true }],
];

test("poetry's locks give what poetry exports, from groups and markers and by walking", async (t) => {
  const bench = await prepare(t, "poetry");
  if (bench === undefined) return;
  const { folder, tools, index } = bench;
  const project = POETRY.replace("INDEX", index);
  writeFileSync(join(folder, "pyproject.toml"), project);
  const env = { ...bench.env, POETRY_CACHE_DIR: join(folder, "cache"), POETRY_VIRTUALENVS_CREATE: "false" };
  const poetry = (args: readonly string[]) => runTool(join(tools, "poetry"), args, { cwd: folder, env });
  await poetry(["lock", "--no-interaction"]);
  const file = join(folder, "poetry.lock");
  const text = readFileSync(file, "utf8");
  assert.match(text, /lock-version = "2\.1"/);
  assert.equal(poetryFreshness({ file, text }, { file, text: project }), "fresh");
  for (const [flags, asking] of CHOICES) {
    await compare(bench, read(file), await poetry(["export", "--without-hashes", ...flags]), asking);
  }
  // Before 2.1 Poetry resolves within the lock, and only for the machine that it runs on.
  const older = text
    .replace(/^(?:groups|markers) = .*\n/gm, "")
    .replace('lock-version = "2.1"', 'lock-version = "2.0"');
  writeFileSync(file, older);
  const graph = read(file);
  assert.equal(graph.selection.by, "graph");
  const here = await machine(bench);
  for (const [flags, asking] of [
    [["--only", "main"], {}],
    [["--with", "dev,docs"], { groups: ["dev", "docs"] }],
    [["--only", "main", "-E", "db"], { extras: ["db"] }],
  ] as const) {
    const planned = await poetry(["install", "--dry-run", "--no-root", "--no-ansi", ...flags]);
    const installed = [...planned.matchAll(/- Installing (\S+) \(([^\s:)]+)\)(?!.*Skipped)/g)];
    const expected = installed.map(([, name = "", version]) => `${normalizeName(name)}==${version}`).sort();
    assert.deepEqual(selected(graph, { ...here, ...asking }), expected, flags.join(" "));
  }
});

const PDM = `[project]
name = "app"
version = "1"
requires-python = ">=3.11,<3.15"
dependencies = ["web[fast]~=1.0", "core<2", "winny; python_version < '3.14'"]
[project.optional-dependencies]
db = ["db.driver"]
[dependency-groups]
dev = ["lint", {include-group = "docs"}]
docs = ["doc-tool"]
[tool.pdm]
distribution = false
[[tool.pdm.source]]
name = "pypi"
url = "INDEX"
verify_ssl = false
`;

test("pdm's locks give what pdm exports, with and without inherit_metadata", async (t) => {
  const bench = await prepare(t, "pdm");
  if (bench === undefined) return;
  const { folder, tools, index } = bench;
  const project = PDM.replace("INDEX", index);
  writeFileSync(join(folder, "pyproject.toml"), project);
  const env = { ...bench.env, PDM_CHECK_UPDATE: "0", PDM_IGNORE_SAVED_PYTHON: "1", PDM_USE_VENV: "0" };
  const python = join(tools, "python");
  const pdm = (args: readonly string[]) =>
    runTool(join(tools, "pdm"), args, { cwd: folder, env: { ...env, PDM_PYTHON: python } });
  writeFileSync(join(folder, ".pdm-python"), python);
  const file = join(folder, "pdm.lock");
  const exports = new Map<string, string>();
  for (const strategy of ["inherit_metadata", "inherit_metadata,static_urls", "no_inherit_metadata"]) {
    await pdm(["lock", "-G", ":all", "-S", strategy]);
    const text = readFileSync(file, "utf8");
    assert.notEqual(pdmFreshness({ file, text }, { file, text: project }), "stale");
    const input = read(file);
    assert.equal(input.selection.by, strategy === "no_inherit_metadata" ? "graph" : "sets");
    for (const [flags, asking] of [
      [["--prod"], {}],
      [["--prod", "-G", "db"], { extras: ["db"] }],
      [["-dG", "dev"], { groups: ["dev"] }],
    ] as const) {
      // It exports no lock without markers; what is locked is the same.
      const key = flags.join(" ");
      const known = input.selection.by === "graph" ? exports.get(key) : undefined;
      const exported = known ?? (await pdm(["export", "-f", "requirements", "--without-hashes", ...flags]));
      exports.set(key, exported);
      await compare(bench, input, exported, asking);
    }
  }
});

const PIPFILE = `[[source]]
name = "own"
url = "INDEX"
verify_ssl = true
[packages]
web = {version = "~=1.0", extras = ["fast"]}
core = {version = "<2", markers = "python_version < '3.13'"}
winny = {version = "*", markers = "python_version < '3.14'"}
[dev-packages]
lint = "*"
[docs]
doc-tool = "*"
`;

test("Pipfile.lock gives what pipenv requirements says", async (t) => {
  const bench = await prepare(t, "pipenv");
  if (bench === undefined) return;
  const { folder, tools, index } = bench;
  const project = PIPFILE.replace("INDEX", index);
  writeFileSync(join(folder, "Pipfile"), project);
  const env = { ...bench.env, PIPENV_IGNORE_VIRTUALENVS: "1", PIPENV_VENV_IN_PROJECT: "1", PIPENV_NOSPIN: "1" };
  const pipenv = (args: readonly string[]) => runTool(join(tools, "pipenv"), args, { cwd: folder, env });
  await pipenv(["lock", "--python", join(tools, "python")]);
  const file = join(folder, "Pipfile.lock");
  const text = readFileSync(file, "utf8");
  assert.equal(pipfileFreshness({ file, text }, { file, text: project }), "fresh");
  const input = read(file);
  await compare(bench, input, await pipenv(["requirements"]), {});
  await compare(bench, input, await pipenv(["requirements", "--dev"]), { groups: ["dev"] });
  await compare(bench, input, await pipenv(["requirements", "--categories", "packages docs"]), { groups: ["docs"] });
});
