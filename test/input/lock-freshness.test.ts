import assert from "node:assert/strict";
import { test } from "node:test";
import { pdmFreshness, pipfileFreshness, poetryFreshness } from "../../src/input/lock-freshness.ts";

// The hashes are those that poetry 2.5.1, pdm 2.29.3 and pipenv 2026.10.3 give for these texts.

const STANDARD = [
  "[project]",
  'name = "app"',
  'requires-python = ">=3.9"',
  'dependencies = ["héllo>=1", "b"]',
  "[project.optional-dependencies]",
  'z = ["a"]',
  "[dependency-groups]",
  'dev = ["x", {include-group = "t"}]',
  "t = []",
  "[tool.poetry]",
  "package-mode = false",
  "[tool.poetry.dependencies]",
  'b = {version = "*", source = "own", optional = true}',
  "[tool.poetry.group.docs]",
  "optional = true",
].join("\n");
const OWN = [
  "[tool.poetry]",
  'name = "old"',
  "[tool.poetry.dependencies]",
  'python = "^3.9"',
  '"\\U0001F600" = {n = 1, f = 1.0, big = 1e22, small = 0.00001, t = 1.5, d = "\\u007f\\t"}',
  '"\\uff5e" = "*"',
].join("\n");
const PDM = [
  "[project]",
  'dependencies = ["a>=1"]',
  'requires-python = ">=3.9"',
  "[project.optional-dependencies]",
  'Extra_One = ["b"]',
  "[dependency-groups]",
  'Dev_Group = ["c", {include-group = "x"}]',
  "[tool.pdm.dev-dependencies]",
  'dev-group = ["d"]',
  'other = ["e"]',
  "[tool.pdm.resolution]",
  'excludes = ["z"]',
  "[[tool.pdm.source]]",
  'name = "pypi"',
  'url = "https://index.example/simple"',
  "verify_ssl = true",
].join("\n");
const PIPFILE = [
  "[[source]]",
  'name = "main"',
  'url = "https://index.example/simple"',
  "verify_ssl = true",
  "[packages]",
  'Web_App = {version = "*", extras = ["fast"]}',
  "[dev-packages]",
  'lint = "==1"',
  "[tools]",
  'PyX = "*"',
  "[scripts]",
  'run = "x"',
  "[requires]",
  'python_version = "3.11"',
].join("\n");

const named = (text: string) => ({ file: "f", text });
const poetry = (hash: string, project: string) =>
  poetryFreshness(named(`[metadata]\ncontent-hash = "${hash}"\n`), named(project));
const pdm = (hash: string, project: string) =>
  pdmFreshness(named(`[metadata]\ncontent_hash = "${hash}"\n`), named(project));
const pipfile = (hash: string, project: string) =>
  pipfileFreshness(named(JSON.stringify({ _meta: { hash: { sha256: hash } } })), named(project));

test("poetry's content-hash of [project], with the dependency groups and as before 2.3 without them", () => {
  const hashes = [
    "1cf42f8269b0b27fc8a05636a60668869b5ab3d48b3633bb71e4fabcdc7afddc",
    "089f4f689a1a5fe853786eba2e995f60f70a0e8b613c1102a528550b6e84be71",
  ];
  for (const hash of hashes) {
    assert.equal(poetry(hash, STANDARD), "fresh");
    assert.equal(poetry(hash, STANDARD.replace("b = {", "c = {")), "stale");
    assert.equal(poetry(hash, STANDARD.replace("package-mode = false", "package-mode = true")), "fresh");
  }
});

test("poetry's content-hash of [tool.poetry] alone, with what Python's json makes of odd values", () => {
  const hash = "dc8034b18a77e11fd5f3fbb807ea900420721ec129af4787a3a07100e3e7cf6d";
  assert.equal(poetry(hash, OWN), "fresh");
  assert.equal(poetry(hash, OWN.replace("f = 1.0", "f = 1")), "stale");
  assert.equal(poetry(hash, `${OWN}\n[tool.poetry.dependencies.x]\nday = 2020-01-01\n`), "unknown");
});

test("pdm's content_hash, groups merged by their normal names", () => {
  const hash = "sha256:b6f71d72559957e2d436f16488201d2a84f38046e46d684d2e727a34f3a0eabc";
  assert.equal(pdm(hash, PDM), "fresh");
  assert.equal(pdm(hash, PDM.replace("a>=1", "a>=2")), "stale");
  assert.equal(pdm(hash, `${PDM}\n[tool.pdm.workspace]\nmembers = ["a"]\n`), "unknown");
  assert.equal(pdm("md5:0", PDM), "unknown");
});

test("pipenv's hash of the Pipfile, with names as they are written and, as now, normalised", () => {
  const hashes = [
    "cd8107ec99ab29399b41594cd3daaade59d5093fc287031ce1484347bec17a32",
    "a2c9c0d6a74c26d9e9b16d9eb425bbd30766d453d98ce5f4dfbdc3b4ca0d26c6",
  ];
  for (const hash of hashes) {
    assert.equal(pipfile(hash, PIPFILE), "fresh");
    assert.equal(pipfile(hash, PIPFILE.replace('run = "x"', 'run = "y"')), "fresh");
    assert.equal(pipfile(hash, PIPFILE.replace('lint = "==1"', 'lint = "==2"')), "stale");
    assert.equal(pipfile(hash, PIPFILE.slice(PIPFILE.indexOf("[packages]"))), "unknown");
  }
});

test("a lock without a hash tells nothing", () => {
  assert.equal(poetryFreshness(named("[metadata]\n"), named(OWN)), "unknown");
  assert.equal(pdmFreshness(named(""), named(PDM)), "unknown");
  assert.equal(pipfileFreshness(named("{}"), named(PIPFILE)), "unknown");
});
