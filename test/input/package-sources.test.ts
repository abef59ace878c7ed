import assert from "node:assert/strict";
import { test } from "node:test";
import { archiveSources, gitSources } from "../../src/input/package-sources.ts";
import { poetryLock } from "../../src/input/poetry-lock.ts";
import { pylock } from "../../src/input/pylock.ts";
import { uvLock } from "../../src/input/uv-lock.ts";
import { selectPackages } from "../../src/resolve/select.ts";
import { parseLock } from "../support/lock-input.ts";
import { testTarget } from "../support/target.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const SHA = "a".repeat(64);
const CHOICE = { extras: [], groups: [], noDefaultGroups: false };

test("an archive needs its hash, and a repository an https: URL and a commit", () => {
  assert.deepEqual(archiveSources("https://e.example/a-1.tar.gz#subdirectory=x", SHA, "/p/lock"), {
    kind: "archive",
    file: { filename: "a-1.tar.gz", url: "https://e.example/a-1.tar.gz", sha256: SHA },
    subdirectory: "x",
  });
  assert.equal(archiveSources("https://e.example/a-1.tar.gz", undefined, "/p/lock"), undefined);
  const git = { kind: "git", url: "https://e.example/a.git", commit: COMMIT };
  assert.deepEqual(gitSources("git+https://u:p@e.example/a.git?rev=main#x", COMMIT, { subdirectory: "./" }), git);
  assert.deepEqual(gitSources("https://e.example/a.git", COMMIT, { subdirectory: "/sub/dir/" }), {
    ...git,
    subdirectory: "sub/dir",
  });
  assert.equal(gitSources("https://e.example/a.git", "main"), undefined);
  assert.equal(gitSources("ssh://git@e.example/a.git", COMMIT), undefined);
});

const UV = `version = 1
requires-python = ">=3.11"
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "member" }, { name = "remote" }, { name = "packed" }]
[[package]]
name = "member"
version = "1"
source = { editable = "packages/member" }
[[package]]
name = "remote"
version = "2"
source = { git = "https://e.example/r?subdirectory=lib&rev=main#${COMMIT}" }
[[package]]
name = "packed"
version = "3"
source = { url = "https://e.example/packed-3.tar.gz" }
sdist = { hash = "sha256:${SHA}" }
`;

const PYLOCK = `lock-version = "1.0"
created-by = "x"
[[packages]]
name = "member"
directory = { path = "packages/member" }
[[packages]]
name = "packed"
archive = { url = "https://e.example/packed-3.tar.gz", hashes = { sha256 = "${SHA}" } }
[[packages]]
name = "remote"
vcs = { type = "git", url = "https://e.example/r", requested-revision = "main", commit-id = "${COMMIT}", subdirectory = "lib" }
`;

const WANTED = {
  member: { kind: "folder", path: "packages/member" },
  packed: {
    kind: "archive",
    file: { filename: "packed-3.tar.gz", url: "https://e.example/packed-3.tar.gz", sha256: SHA },
  },
  remote: { kind: "git", url: "https://e.example/r", commit: COMMIT, revision: "main", subdirectory: "lib" },
};

test("what a lock names instead of files is built where that is allowed, and refused by name where not", () => {
  for (const [format, text] of [
    [uvLock, UV],
    [pylock, PYLOCK],
  ] as const) {
    const input = parseLock(format, text);
    const chosen = selectPackages(input, testTarget(), CHOICE, () => true);
    const sources = chosen.map(({ package: { name }, files }) => [
      name,
      files.from === "sources" ? files.sources : files.from,
    ]);
    assert.deepEqual(Object.fromEntries(sources), WANTED, format.name);
    assert.throws(() => selectPackages(input, testTarget(), CHOICE, (name) => name !== "remote"), {
      code: "INPUT_UNSUPPORTED",
      message: /^remote is in version control/,
    });
  }
});

test("poetry's folders and repositories are known too", () => {
  const text = `[[package]]
name = "remote"
version = "2"
files = []
groups = ["main"]
[package.source]
type = "git"
url = "https://e.example/r"
reference = "main"
resolved_reference = "${COMMIT}"
[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "${SHA}"
`;
  const project =
    '[tool.poetry]\nname = "a"\nversion = "1"\n[tool.poetry.dependencies]\nremote = { git = "https://e.example/r" }\n';
  const input = parseLock(poetryLock, text, { "pyproject.toml": project });
  const [only] = selectPackages(input, testTarget(), CHOICE, () => true);
  assert.deepEqual(only?.files, {
    from: "sources",
    sources: { kind: "git", url: "https://e.example/r", commit: COMMIT, revision: "main" },
  });
});
