import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startHttpServer } from "../support/http-server.ts";
import { type LockBench, lockBench } from "../support/lock-bench.ts";
import { temporaryFolder } from "../support/temporary.ts";

// Small locks of the shapes that real projects have, each told by the words that name its true reason.

const SHA = "a".repeat(64);
const INDEX = "https://index.example/simple";

interface Shape {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly code: number;
  readonly words: readonly RegExp[];
}

const wheelRow = (filename: string): string =>
  `{ url = "${INDEX}/${filename}", hash = "sha256:${SHA}", size = 1, name = "${filename}" }`;

/** One package of a uv.lock with these files. */
function uvPackage(name: string, wheels: readonly string[], sdist?: string): string {
  const sources = sdist === undefined ? "" : `sdist = ${wheelRow(sdist)}\n`;
  return `[[package]]\nname = "${name}"\nversion = "1.0"\nsource = { registry = "${INDEX}" }\n${sources}wheels = [${wheels.map(wheelRow).join(", ")}]\n`;
}

/** A uv.lock of one project that needs `names`. */
function uvLock(names: readonly string[], packages: string, head = "", more = ""): string {
  const needs = names.map((name) => `{ name = "${name}" }`).join(", ");
  return `version = 1\nrevision = 3\nrequires-python = ">=3.10"\n${head}\n[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [${needs}]\n${more}\n${packages}`;
}

const PYLOCK = 'lock-version = "1.0"\ncreated-by = "tool"\n';

function pylockRow(name: string, wheel: string, marker?: string): string {
  const only = marker === undefined ? "" : `marker = ${JSON.stringify(marker)}\n`;
  return `[[packages]]\nname = "${name}"\nversion = "1.0"\n${only}wheels = [{ name = "${wheel}", url = "${INDEX}/${wheel}", hashes = { sha256 = "${SHA}" }, size = 1 }]\n`;
}

const CONFLICTS = 'conflicts = [[{ package = "app", extra = "cpu" }, { package = "app", extra = "gpu" }]]';
const EXTRAS = '[package.optional-dependencies]\ncpu = [{ name = "a" }]\ngpu = [{ name = "a" }]\n';

const PURE = uvPackage("a", ["a-1.0-py3-none-any.whl"]);

const SHAPES: readonly Shape[] = [
  {
    name: "a wheel for a newer glibc",
    files: { "uv.lock": uvLock(["a"], uvPackage("a", ["a-1.0-cp311-cp311-manylinux_2_39_x86_64.whl"])) },
    code: 3,
    words: [/needs glibc 2\.39, the image has 2\.36/, /uv\.lock:\d+:\d+/, /--base that has glibc 2\.39/],
  },
  {
    name: "wheels for Windows only",
    files: {
      "uv.lock": uvLock(
        ["a"],
        uvPackage("a", ["a-1.0-cp311-cp311-win_amd64.whl", "a-1.0-cp312-cp312-win_amd64.whl"], "a-1.0.tar.gz"),
      ),
    },
    flags: ["--no-build"],
    code: 3,
    words: [/no wheel of a 1\.0 fits/, /for Windows/, /pip wheel --no-deps a==1\.0/],
  },
  {
    name: "a wheel for Python 2 only",
    files: { "uv.lock": uvLock(["a"], uvPackage("a", ["a-1.0-py2-none-any.whl"])) },
    code: 3,
    words: [/a-1\.0-py2-none-any\.whl: for Python 2/],
  },
  {
    name: "sources only, and a repository beside it, together",
    files: {
      "uv.lock": uvLock(
        ["a", "b"],
        `${uvPackage("a", [], "a-1.0.tar.gz")}[[package]]\nname = "b"\nversion = "1"\nsource = { git = "https://git.example/b?rev=x#${"c".repeat(40)}" }\n`,
      ),
    },
    flags: ["--no-build"],
    code: 2,
    words: [/2 packages can't be had/, /a 1\.0 has no wheel, only sources: a-1\.0\.tar\.gz/, /b is in version control/],
  },
  {
    name: "an extra that the lock does not have",
    files: { "uv.lock": uvLock(["a"], PURE, CONFLICTS, EXTRAS) },
    flags: ["--extra", "web"],
    code: 2,
    words: [/has no extra web/, /it has cpu, gpu/],
  },
  {
    name: "extras that exclude each other",
    files: { "uv.lock": uvLock([], PURE, CONFLICTS, EXTRAS) },
    flags: ["--all-extras"],
    code: 2,
    words: [/app\[cpu\] and app\[gpu\] exclude each other/, /choose one of/],
  },
  {
    name: "extras that exclude each other, of which none is chosen",
    files: { "uv.lock": uvLock(["a"], PURE, CONFLICTS, EXTRAS) },
    code: 0,
    words: [/none is chosen: add --extra cpu or --extra gpu/],
  },
  {
    name: "supported-markers for one architecture",
    files: { "uv.lock": uvLock(["a"], PURE, "supported-markers = [\"platform_machine == 'x86_64'\"]") },
    flags: ["--platform", "linux/arm64"],
    code: 2,
    words: [/made for platform_machine == 'x86_64', not for linux\/arm64/],
  },
  {
    name: "rows of a group that is no default",
    files: {
      "pylock.toml": `${PYLOCK}dependency-groups = ["dev"]\ndefault-groups = ["default"]\n${pylockRow("a", "a-1.0-py3-none-any.whl", "'dev' in dependency_groups")}`,
    },
    code: 2,
    words: [/none of the 1 package of .*pylock\.toml applies with groups default/, /add --group dev\n/],
  },
  {
    name: "the wheels of a Mac",
    files: {
      "pylock.toml": `${PYLOCK}${pylockRow("a", "a-1.0-cp312-cp312-macosx_11_0_arm64.whl")}${pylockRow("b", "b-1.0-cp312-cp312-macosx_10_13_universal2.whl")}${pylockRow("c", "c-1.0-py3-none-any.whl")}`,
    },
    code: 2,
    words: [/was made for macOS arm64, CPython 3\.12, not for linux\/amd64/, /a, b have wheels for that alone/],
  },
  {
    name: "a poetry.lock with an empty file list",
    files: {
      "pyproject.toml":
        '[tool.poetry]\nname = "app"\nversion = "1"\ndescription = ""\nauthors = []\n[tool.poetry.dependencies]\npython = "^3.10"\na = "*"\n',
      "poetry.lock":
        '[[package]]\nname = "a"\nversion = "1.0"\ndescription = ""\ncategory = "main"\noptional = false\npython-versions = "*"\n\n[metadata]\nlock-version = "1.1"\npython-versions = "^3.10"\ncontent-hash = "0"\n\n[metadata.files]\na = []\n',
    },
    code: 3,
    words: [/HASH_REQUIRED.*no file of a 1\.0, so no hash/, /poetry\.lock:\d+/, /poetry lock/],
  },
  {
    name: "sources at a URL in a requirements file, where nothing may be built",
    files: { "requirements.txt": `a @ https://git.example/a.tar.gz#sha256=${SHA}\n` },
    flags: ["--no-build"],
    code: 2,
    words: [/holds sources, and nothing is built here/, /requirements\.txt:1:1/],
  },
  {
    name: "a cog.yaml whose commands would have to be run",
    files: { "cog.yaml": "build: {python_version: '3.11', run: [make]}\n" },
    code: 2,
    words: [/cog\.yaml can't be followed: `make`: it compiles/, /cog\.yaml:1:/, /init --from/],
  },
];

async function bench(t: TestContext): Promise<LockBench> {
  return lockBench(temporaryFolder(t), await startHttpServer(t), []);
}

for (const { name, files, flags = [], code, words } of SHAPES) {
  test(`${name}: exit ${code}, and the reason in a screen`, async (t) => {
    const { write, run } = await bench(t);
    for (const [file, text] of Object.entries(files)) write(file, text);
    const result = await run("plan", ...flags);
    assert.equal(result.code, code, result.stderr);
    for (const word of words) assert.match(`${result.stderr}\n`, word);
    assert.doesNotMatch(result.stderr, /\n\s+at |BUG/);
    assert.ok(result.stderr.split("\n").length < 40);
  });
}
