import assert from "node:assert/strict";
import { test } from "node:test";
import type { OciasmError } from "../../src/errors.ts";
import { pipfileLock } from "../../src/input/pipfile-lock.ts";
import { parseLock, selected } from "../support/lock-input.ts";

const HASH = "c".repeat(64);
const hashes = [`sha256:${HASH}`];
const META = {
  hash: { sha256: "x" },
  "pipfile-spec": 6,
  requires: { python_version: "3.11" },
  sources: [
    { name: "main", url: "https://index.example/simple", verify_ssl: true },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: pipenv expands it
    { name: "own", url: "https://me:${TOKEN}@own.example:8443/simple", verify_ssl: false },
  ],
};

function lock(categories: Readonly<Record<string, unknown>>, meta: unknown = META): string {
  return JSON.stringify({ _meta: meta, ...categories }, undefined, 4);
}

const pin = (version: string, more = {}) => ({ version: `==${version}`, hashes, ...more });

const TEXT = lock({
  default: {
    Web_App: pin("1.0", { index: "main", extras: ["fast"], markers: "python_version >= '3.7'" }),
    win: pin("1", { markers: "sys_platform == 'win32'" }),
    shared: pin("1", { markers: "os_name == 'posix'" }),
    differs: pin("1"),
  },
  develop: { lint: pin("2", { index: "own" }), shared: pin("1"), differs: pin("2"), win: pin("1") },
  Build_Tools: { maker: pin("3"), lint: pin("2", { index: "own" }) },
});

test("the default category is selected, under its markers", () => {
  const input = parseLock(pipfileLock, TEXT);
  assert.equal(input.requiresPython, "==3.11.*");
  assert.deepEqual(selected(input), ["differs==1", "shared==1", "web-app==1.0"]);
  assert.deepEqual(input.packages[0]?.extras, ["fast"]);
  assert.deepEqual(input.packages[0]?.sha256, [HASH]);
  assert.deepEqual(input.packages[0]?.files, []);
});

test("categories are groups, develop by three names; default wins over it", () => {
  const input = parseLock(pipfileLock, TEXT);
  assert.deepEqual(input.groups, ["develop", "dev", "dev-packages", "build-tools"]);
  for (const group of ["develop", "dev", "dev-packages"]) {
    assert.deepEqual(selected(input, { groups: [group] }), [
      "differs==1",
      "lint==2",
      "shared==1",
      "web-app==1.0",
      "win==1",
    ]);
  }
  assert.deepEqual(selected(input, { groups: ["dev"], only: true }), ["differs==2", "lint==2", "shared==1", "win==1"]);
  assert.deepEqual(selected(input, { groups: ["dev", "build-tools"], only: true }).slice(1, 3), [
    "lint==2",
    "maker==3",
  ]);
});

test("sources are the lock's indexes: the first one the main one, variables filled in", () => {
  const { options, packages } = parseLock(pipfileLock, TEXT);
  assert.equal(options.indexUrl, "https://index.example/simple");
  assert.deepEqual(options.extraIndexUrls, ["https://me:secret@own.example:8443/simple"]);
  assert.deepEqual(options.trustedHosts, ["own.example:8443"]);
  assert.equal(packages.find(({ name }) => name === "lint")?.index, "https://own.example:8443/simple");
});

test("python_full_version asks for its minor version, with a word", () => {
  const python = (requires: unknown) => parseLock(pipfileLock, lock({ default: {} }, { ...META, requires }));
  assert.equal(python({ python_full_version: "3.12.4", python_version: "3.12" }).requiresPython, "==3.12.*");
  assert.match(python({ python_full_version: "3.12.4" }).warnings?.[0] ?? "", /3\.12\.4/);
  assert.equal(python({ python_version: "3" }).requiresPython, "==3.*");
  assert.equal(python({}).requiresPython, undefined);
  assert.throws(() => python({ python_version: "new" }), { code: "INPUT_INVALID" });
});

const ENTRIES: readonly (readonly [
  what: string,
  entry: unknown,
  outcome: { code: string; message: RegExp } | string,
])[] = [
  ["git", { git: "https://git.example/x.git", ref: "abc" }, { code: "INPUT_UNSUPPORTED", message: /version control/ }],
  ["path", { path: "./lib", editable: true }, { code: "INPUT_UNSUPPORTED", message: /folder of sources/ }],
  ["sdist", { file: "https://f.example/x-1.zip" }, { code: "INPUT_UNSUPPORTED", message: /archive of sources/ }],
  [
    "wheel without a hash",
    { file: "https://f.example/x-1-py3-none-any.whl" },
    { code: "HASH_REQUIRED", message: /no sha256/ },
  ],
  [
    "wheel",
    { file: `https://f.example/x-1-py3-none-any.whl#sha256=${HASH}` },
    "https://f.example/x-1-py3-none-any.whl",
  ],
  ["wheel with hashes", { file: "./dist/x-1-py3-none-any.whl", hashes }, "file:///p/dist/x-1-py3-none-any.whl"],
  ["pin without hashes", { version: "==1" }, { code: "HASH_REQUIRED", message: /no file of x 1/ }],
  ["text", "==1", { code: "HASH_REQUIRED", message: /no file of x 1/ }],
];

for (const [what, entry, outcome] of ENTRIES) {
  test(`a ${what} is ${typeof outcome === "string" ? "taken" : "refused when selected"}`, () => {
    const input = parseLock(pipfileLock, lock({ default: { x: entry } }));
    if (typeof outcome === "string") assert.equal(input.packages[0]?.direct?.url, outcome);
    else assert.throws(() => selected(input), outcome);
  });
}

test("the project's own row is left out", () => {
  const input = parseLock(pipfileLock, lock({ default: { app: { path: ".", editable: true }, x: pin("1") } }));
  assert.deepEqual(selected(input), ["x==1"]);
});

test("mistakes have file, line, column and length", () => {
  const text = lock({ default: { x: { version: ">=1", hashes: ["sha256:zz"], index: "none", markers: "what" } } });
  assert.throws(
    () => parseLock(pipfileLock, text),
    (error: OciasmError) => {
      const lines = [error, ...error.problems].map(({ location }) => location?.text?.trim().split(":")[0]);
      assert.deepEqual(lines, ['"version"', '"index"', '"hashes"', '"markers"']);
      assert.deepEqual([error.location?.column, error.location?.length], [24, 5]);
      return error.location?.file === "/p/Pipfile.lock";
    },
  );
});

test("a broken document has the place of the break, and another spec is refused", () => {
  assert.throws(
    () => parseLock(pipfileLock, '{\n  "_meta": {\n    "x" 1\n'),
    (error: OciasmError) => error.location?.line === 3 && error.location.column === 9,
  );
  assert.throws(() => parseLock(pipfileLock, "[]"), { code: "INPUT_INVALID" });
  assert.throws(() => parseLock(pipfileLock, "{}"), { code: "INPUT_INVALID", message: /lacks _meta/ });
  assert.throws(() => parseLock(pipfileLock, lock({}, { ...META, "pipfile-spec": 7 })), { code: "INPUT_INVALID" });
});
