import assert from "node:assert/strict";
import { test } from "node:test";
import type { PackageSource } from "../../src/input/request.ts";
import { parseVersion } from "../../src/python/version.ts";
import { sourceAsk } from "../../src/resolve/asked/source-asks.ts";
import type { UrlPin } from "../../src/resolve/asked/url-pins.ts";
import { asked } from "../support/request.ts";
import { refusalOf, resolveCase, versionsOf } from "../support/resolving.ts";

const from = (text: string) => sourceAsk(asked(text), undefined)?.from;
const location = { file: "/project/pyproject.toml", line: 4, column: 1 };
const sourced = (source: PackageSource["from"]) => sourceAsk(asked("a"), { name: "a", from: source, location })?.from;

test("a URL names a folder, an archive or a repository at a revision", () => {
  assert.deepEqual(from("a @ file:///src/my%20lib/"), { kind: "folder", path: "/src/my lib" });
  assert.deepEqual(from(`a @ https://files.example/a-1.tar.gz#sha256=${"A".repeat(64)}&subdirectory=x`), {
    kind: "archive",
    url: "https://files.example/a-1.tar.gz",
    sha256: "a".repeat(64),
    subdirectory: "x",
  });
  assert.deepEqual(from("a @ git+https://me:secret@host.example/team/a.git@v1/x#subdirectory=py"), {
    kind: "git",
    url: "https://me:secret@host.example/team/a.git",
    rev: "v1/x",
    subdirectory: "py",
  });
  assert.deepEqual(from("a @ git+https://host.example/a"), { kind: "git", url: "https://host.example/a" });
  for (const other of [
    "git+ssh://git@host.example/a.git",
    "hg+https://host.example/a",
    "https://files.example/a-1-py3-none-any.whl",
    "https://host.example/a",
  ]) {
    assert.equal(from(`a @ ${other}`), undefined, other);
  }
});

test("a source names the same, or a member of the workspace of its file", () => {
  assert.deepEqual(sourced({ kind: "workspace" }), { kind: "member", file: "/project/pyproject.toml" });
  assert.deepEqual(sourced({ kind: "path", path: "/lib", editable: true }), { kind: "folder", path: "/lib" });
  assert.deepEqual(sourced({ kind: "path", path: "/a-1.zip", editable: false }), {
    kind: "archive",
    url: "file:///a-1.zip",
  });
  assert.deepEqual(sourced({ kind: "git", url: "https://host.example/a", rev: "main", subdirectory: "x" }), {
    kind: "git",
    url: "https://host.example/a",
    rev: "main",
    subdirectory: "x",
  });
  assert.equal(sourced({ kind: "index", index: "own" }), undefined);
  assert.equal(sourced({ kind: "git", url: "ssh://git@host.example/a" }), undefined);
});

const REPOSITORY = "git+https://host.example/a@main";

function builtA(): ReadonlyMap<string, UrlPin> {
  const version = parseVersion("3");
  if (version === undefined) throw new Error("3 is a version");
  const commit = "1".repeat(40);
  const sources = { kind: "git", url: "https://host.example/a", commit } as const;
  const file = {
    filename: "a-3-py3-none-any.whl",
    url: "https://files.example/a-3-py3-none-any.whl",
    sha256: "a".repeat(64),
    size: 1,
  };
  return new Map([["a", { name: "a", version, file, directUrl: "{}", sources, named: REPOSITORY }]]);
}

test("what was built is the only version of its package, for whoever names its place too", async () => {
  const index = {
    a: { "1": {}, "3": { requires: ["b"] } },
    b: { "1": {} },
    c: { "1": { requires: [`a @ ${REPOSITORY}`] } },
  };
  const options = { built: builtA() };
  const { packages } = await resolveCase({ index, requires: [`a @ ${REPOSITORY}`, "c"], options });
  assert.deepEqual(
    packages.map(({ name, version }) => `${name} ${version}`),
    ["a 3", "b 1", "c 1"],
  );
  assert.equal(packages[0]?.sources?.kind, "git");
  assert.equal(await versionsOf({ index, requires: ["a", "b"], options }), "a 3, b 1");
  const clash = await refusalOf({ index, requires: ["a<3"], options });
  assert.equal(clash.code, "UNSATISFIABLE");
  const two = await refusalOf({
    index,
    requires: [`a @ ${REPOSITORY}`, "a @ git+https://u:p@host.example/other"],
    options,
  });
  assert.match(
    two.message,
    /^a is asked for from git\+https:\/\/host\.example\/a@main and from git\+https:\/\/host\.example\/other$/,
  );
});
