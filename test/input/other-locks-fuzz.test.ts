import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import type { InputFormat } from "../../src/input/input.ts";
import { pdmFreshness, pipfileFreshness, poetryFreshness } from "../../src/input/lock-freshness.ts";
import { pdmLock } from "../../src/input/pdm-lock.ts";
import { pipfileLock } from "../../src/input/pipfile-lock.ts";
import { poetryLock } from "../../src/input/poetry-lock.ts";
import { selectPackages } from "../../src/resolve/select.ts";
import { damaged, someOf } from "../support/damaged-text.ts";
import { lockContext } from "../support/lock-input.ts";
import { Random } from "../support/random.ts";
import { testTarget } from "../support/target.ts";

// Most inputs are refused, and nobody reads these stacks.
Error.stackTraceLimit = 0;

const HASH = "d".repeat(64);
const FILES = `files = [{file = "a-1-py3-none-any.whl", hash = "sha256:${HASH}"}]\n`;
const POETRY = [
  `[[package]]\nname = "a"\nversion = "1"\npython-versions = ">=3.8"\ngroups = ["main"]\nmarkers = {main = "extra == \\"x\\""}\n${FILES}`,
  `[[package]]\nname = "b"\nversion = "2"\ngroups = ["main"]\n${FILES}[package.dependencies]\na = {version = "^1", optional = true, markers = "extra == 'x'"}\n[package.extras]\nx = ["a (>=1)"]\n`,
  '[package.source]\ntype = "url"\nurl = "https://f.example/a-1-py3-none-any.whl"\n',
  '[extras]\nx = ["a"]\n',
];
const POETRY_ENDS = ["2.1", "2.0", "1.1"].map(
  (version) => `[metadata]\nlock-version = "${version}"\npython-versions = "^3.9"\ncontent-hash = "x"\n`,
);
const POETRY_PROJECT =
  '[tool.poetry.dependencies]\npython = "^3.9"\nb = [{version = "2", extras = ["x"]}, "~1"]\na = {version = "*", python = "<3.12", platform = "linux || darwin"}\n[tool.poetry.extras]\ny = ["a"]\n[tool.poetry.group.dev.dependencies]\na = "*"\n[dependency-groups]\nz = ["a[x]; os_name == \'nt\'", {include-group = "z"}]\n';
const PDM = [
  `[[package]]\nname = "a"\nversion = "1"\nextras = ["x"]\nrequires_python = ">=3.8"\ngroups = ["default", "x"]\nmarker = "os_name == 'posix'"\ndependencies = ["a==1", "b"]\n${FILES}`,
  '[[package]]\nname = "b"\nversion = "2"\nurl = "https://f.example/b-2-py3-none-any.whl"\n',
  '[[package]]\nname = "c"\npath = "./c"\nfiles = []\n',
];
const PDM_STARTS = ['["inherit_metadata"]', "[]"].map(
  (strategy) =>
    `[metadata]\ngroups = ["default", "x"]\nstrategy = ${strategy}\nlock_version = "4.5.0"\ncontent_hash = "sha256:x"\n[[metadata.targets]]\nrequires_python = ">=3.9"\nplatform = "linux"\n`,
);
const PDM_PROJECT =
  '[project]\nname = "p"\ndependencies = ["a[x]>=1", "b; os_name == \'nt\'"]\n[project.optional-dependencies]\nx = ["p[y]"]\ny = ["p[x]", "b"]\n[tool.pdm.dev-dependencies]\ndev = ["-e file:///x#egg=b", "a"]\n[[tool.pdm.source]]\nname = "pypi"\nurl = "https://index.example"\n';
const PIPFILE = [
  `"_meta": {"hash": {"sha256": "x"}, "pipfile-spec": 6, "requires": {"python_version": "3.11"}, "sources": [{"name": "i", "url": "https://index.example", "verify_ssl": false}]}`,
  `"default": {"a": {"hashes": ["sha256:${HASH}"], "index": "i", "markers": "os_name == 'posix'", "version": "==1"}}`,
  `"develop": {"a": {"version": "==2", "hashes": []}, "b": {"path": "./b", "editable": true}, "c": "*"}`,
  `"tools": {"a": {"file": "https://f.example/a-1-py3-none-any.whl"}, "d": {"git": "x", "ref": "y"}}`,
];
const PIPFILE_PROJECT =
  '[[source]]\nname = "i"\nurl = "https://index.example"\n[packages]\nA = "*"\n[requires]\npython_version = "3.11"\n';
const TARGET = testTarget();
const CHOICE = { extras: [], groups: [], noDefaultGroups: false };

function endures(format: InputFormat, text: string, project: string, selects: boolean): "read" | "refused" {
  const context = lockContext(`/p/${format.name}`, { "pyproject.toml": project });
  try {
    const input = format.parse(text, context);
    if (!selects) return "read";
    try {
      selectPackages(input, TARGET, CHOICE);
    } catch (error) {
      if (!isOciasmError(error) || error.code === "BUG") throw error;
    }
    return "read";
  } catch (error) {
    if (!isOciasmError(error) || error.code === "BUG") {
      throw new Error(`${format.name} fell over ${JSON.stringify([text, project])}`, { cause: error });
    }
    for (const { location } of [error, ...error.problems]) {
      const { line = 0, column = 0, length = 1 } = location ?? {};
      assert.ok(line >= 1 && column >= 1 && length >= 1, JSON.stringify([text, project, error.message, location]));
    }
    return "refused";
  }
}

function survey(format: InputFormat, make: (random: Random) => string, project: string, seed: number): void {
  const random = new Random(seed);
  const seen = { read: 0, refused: 0 };
  for (let round = 0; round < 33_500; round++) {
    const text = damaged(make(random), random, 3);
    seen[endures(format, text, random.below(2) === 0 ? project : damaged(project, random, 3), random.below(4) === 0)] +=
      1;
  }
  assert.ok(seen.read > 1000 && seen.refused > 1000, JSON.stringify(seen));
}

test("damaged poetry.lock files are read or refused with a place", () => {
  const make = (random: Random) => someOf(POETRY, random, 2).join("") + (POETRY_ENDS[random.below(3)] ?? "");
  survey(poetryLock, make, POETRY_PROJECT, 0x70e7);
});

test("damaged pdm.lock files are read or refused with a place", () => {
  const make = (random: Random) => (PDM_STARTS[random.below(2)] ?? "") + someOf(PDM, random, 2).join("");
  survey(pdmLock, make, PDM_PROJECT, 0x9d3);
});

test("damaged Pipfile.lock files are read or refused with a place", () => {
  survey(
    pipfileLock,
    (random) => `{${[...PIPFILE.slice(0, 1), ...someOf(PIPFILE, random, 2)].join(", ")}}`,
    "",
    0x919f,
  );
});

test("the freshness of damaged files is told or they are refused", () => {
  const random = new Random(0xf4e5);
  const kinds = [
    [poetryFreshness, POETRY.join("") + POETRY_ENDS.join(""), POETRY_PROJECT],
    [pdmFreshness, PDM_STARTS.join(""), PDM_PROJECT],
    [pipfileFreshness, `{${PIPFILE.join(", ")}}`, PIPFILE_PROJECT],
  ] as const;
  const told = new Set<string>();
  for (let round = 0; round < 6000; round++) {
    const [freshness, lock, project] = kinds[random.below(3)] ?? kinds[0];
    try {
      told.add(
        freshness({ file: "l", text: damaged(lock, random, 3) }, { file: "p", text: damaged(project, random, 3) }),
      );
    } catch (error) {
      assert.ok(isOciasmError(error) && error.code === "INPUT_INVALID", String(error));
    }
  }
  assert.ok(told.has("stale"), [...told].join());
});
