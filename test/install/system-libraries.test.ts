import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeLibraryRules, type LibraryRules } from "../../src/install/library-rules.ts";
import {
  foreignModules,
  missingLibraries,
  type NeedingLibrary,
  tooNewLibraries,
} from "../../src/install/system-libraries.ts";

const NONE: LibraryRules = { elsewhere: {}, optional: [], opened: new Map() };

function library(path: string, needed: readonly string[], more: Partial<NeedingLibrary> = {}): NeedingLibrary {
  return { owner: `${path.split("/")[0]}==1`, path, needed, ...more };
}

const sonames = (
  libraries: readonly NeedingLibrary[],
  { has = [], rules = NONE, packages = [] }: { has?: string[]; rules?: LibraryRules; packages?: string[] } = {},
): readonly string[] =>
  missingLibraries(libraries, packages, (soname) => has.includes(soname), rules).map(
    ({ soname, required }) => soname + (required ? "!" : ""),
  );

const MODULE = "cv2/cv2.abi3.so";

test("what neither libc, wheels nor base have is missing, and required where an import leads to it", () => {
  const libraries = [
    library(MODULE, ["libc.so.6", "ld-linux-x86-64.so.2", "libGL.so.1", "libavcodec-12ab.so.59", "libz.so.1"]),
    library("cv2.libs/libavcodec-12ab.so.59", ["libva.so.2", "libstdc++.so.6"]),
    library("cv2/plugins/libx.so", ["libxcb.so.1"]),
  ];
  assert.deepEqual(sonames(libraries, { has: ["libz.so.1", "libstdc++.so.6"] }), [
    "libGL.so.1!",
    "libva.so.2!",
    "libxcb.so.1",
  ]);
});

test("extension modules are known by their names, whatever the interpreter", () => {
  for (const name of ["_a.cpython-311-x86_64-linux-gnu.so", "_a.cpython-313t-aarch64-linux-gnu.so", "_a.abi3.so"]) {
    assert.deepEqual(sonames([library(`a/${name}`, ["libq.so.5"])]), ["libq.so.5!"], name);
  }
  assert.deepEqual(sonames([library("a/libq.so", ["libq.so.5"])]), ["libq.so.5"]);
});

test("what less than half of a wheel's modules need is not required: some are tried and left", () => {
  const module = (name: string, needed: readonly string[]) => library(`numba/${name}.abi3.so`, needed);
  const libraries = [module("core", []), module("tbbpool", ["libtbb.so.12"]), module("typed", [])];
  assert.deepEqual(sonames(libraries), ["libtbb.so.12"]);
  assert.deepEqual(sonames([...libraries.slice(0, 2)]), ["libtbb.so.12!"]);
});

test("a library is brought by a file's name or by its soname, in whichever wheel it lies", () => {
  const libraries = [
    library("torch/_C.cpython-311-x86_64-linux-gnu.so", ["libcudnn.so.9", "libtorch.so"]),
    library("nvidia/cudnn/lib/libcudnn.so.9", []),
    library("torch/lib/libtorch-real.so", [], { soname: "libtorch.so" }),
  ];
  assert.deepEqual(sonames(libraries), []);
});

test("drivers come from elsewhere, plugins go without, and names that are opened at run time count", () => {
  const rules: LibraryRules = {
    elsewhere: { "libcuda.so.1": "the driver" },
    optional: ["nvidia/**"],
    opened: new Map([["weasyprint", ["libpango-1.0.so.0"]]]),
  };
  const libraries = [library(MODULE, ["libcuda.so.1"]), library("nvidia/rdma.abi3.so", ["libibverbs.so.1"])];
  assert.deepEqual(sonames(libraries, { rules, packages: ["weasyprint", "constructor"] }), ["libpango-1.0.so.0"]);
});

test("each wheel is named once for a library that is missing", () => {
  const [missing] = missingLibraries(
    [library("a/x.abi3.so", ["libq.so.5"]), library("a/y.abi3.so", ["libq.so.5"]), library("b/z.so", ["libq.so.5"])],
    [],
    () => false,
    NONE,
  );
  assert.deepEqual(missing?.users, [
    { owner: "a==1", path: "a/x.abi3.so" },
    { owner: "b==1", path: "b/z.so" },
  ]);
});

test("a module that names a newer glibc than the target has is told, by number and not by text", () => {
  const libraries = [
    library("a/a.abi3.so", [], { glibc: "2.39" }),
    library("b/b.abi3.so", [], { glibc: "2.9" }),
    library("c/c.so", [], { glibc: "2.39" }),
  ];
  const newer = (family: "glibc" | "musl", version: string) =>
    tooNewLibraries(libraries, { family, version }).map(({ path }) => path);
  assert.deepEqual(newer("glibc", "2.36"), ["a/a.abi3.so"]);
  assert.deepEqual(newer("glibc", "2.39"), []);
  assert.deepEqual(newer("musl", "1.2"), []);
});

test("modules for another machine are told, unless the wheel has some for this one too", () => {
  const both = [library("a/x.abi3.so", [], { machine: 62 }), library("a/y.abi3.so", [], { machine: 183 })];
  const other = library("b/z.abi3.so", [], { machine: 183 });
  const unread = library("c/z.abi3.so", [], { machine: 0 });
  const helper = library("d/lib.so", [], { machine: 183 });
  const foreign = (architecture: string) => foreignModules([...both, other, unread, helper], architecture);
  assert.deepEqual(foreign("amd64"), [other]);
  assert.deepEqual(foreign("arm64"), []);
  assert.deepEqual(foreign("riscv64"), []);
});

test("the shipped rules let torch's driver and networks pass, and know what weasyprint opens", () => {
  const file = new URL("../../../layout/libraries.yaml", import.meta.url);
  const rules = decodeLibraryRules(readFileSync(file, "utf8"), "libraries.yaml");
  const libraries = [
    library("torch/_C.cpython-311-x86_64-linux-gnu.so", ["libcuda.so.1", "libnvidia-ml.so.1"]),
    library("nvidia/cufile/lib/libcufile_rdma.so.1", ["libibverbs.so.1", "librdmacm.so.1"]),
  ];
  assert.deepEqual(sonames(libraries, { rules }), []);
  assert.ok(sonames([], { rules, packages: ["weasyprint"] }).includes("libpango-1.0.so.0"));
});
