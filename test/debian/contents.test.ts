import assert from "node:assert/strict";
import { test } from "node:test";
import { parseContentsLine, sonamesOf } from "../../src/debian/contents.ts";

const table = (...lines: readonly string[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(sonamesOf(lines.flatMap((line) => parseContentsLine(line) ?? [])));

test("a line is a path, which may hold blanks, and packages with their sections", () => {
  assert.deepEqual(parseContentsLine("usr/share/a b/c   utils/one,non-free/libs/two"), {
    path: "usr/share/a b/c",
    packages: ["one", "two"],
  });
  const line = "usr/lib/libx.so.1  libs/x,universe/libs/y,multiverse/libs/z";
  assert.deepEqual(parseContentsLine(line, ["main", "universe"])?.packages, ["x", "y"]);
  assert.deepEqual(parseContentsLine(line, ["main"])?.packages, ["x"]);
  assert.equal(parseContentsLine("alone"), undefined);
  assert.equal(parseContentsLine(""), undefined);
});

test("libraries count where the loader looks, and alternatives where they are linked from", () => {
  assert.deepEqual(
    table(
      "lib/x86_64-linux-gnu/libz.so.1  libs/zlib1g",
      "usr/lib/aarch64-linux-gnu/libz.so.1  libs/zlib1g",
      "usr/lib/libold.so.2  libs/libold2",
      "usr/lib/x86_64-linux-gnu/blas/libblas.so.3  libs/libblas3",
      "usr/lib/x86_64-linux-gnu/atlas/libblas.so.3  libs/libatlas3-base",
      "usr/lib/x86_64-linux-gnu/samba/libprivate.so.0  libs/samba-libs",
      "usr/lib/x86_64-linux-gnu/libz.so  libdevel/zlib1g-dev",
    ),
    { "libblas.so.3": ["libblas3"], "libold.so.2": ["libold2"], "libz.so.1": ["zlib1g"] },
  );
});

test("the file behind a soname is none, another package's longer name is", () => {
  assert.deepEqual(
    table("usr/lib/libz.so.1  libs/zlib1g", "usr/lib/libz.so.1.2.13  libs/zlib1g", "usr/lib/libz.so.1.9  libs/other"),
    { "libz.so.1": ["zlib1g"], "libz.so.1.9": ["other"] },
  );
});

test("of three names in one package the second may be the soname too", () => {
  const lines = ["libbz2.so.1", "libbz2.so.1.0", "libbz2.so.1.0.4"].map((name) => `usr/lib/${name}  libs/libbz2-1.0`);
  assert.deepEqual(table(...lines), { "libbz2.so.1": ["libbz2-1.0"], "libbz2.so.1.0": ["libbz2-1.0"] });
});

test("of several packages the plainest comes first", () => {
  assert.deepEqual(
    table(
      "usr/lib/libsystemd.so.0  libs/libelogind0,libs/libsystemd0",
      "usr/lib/libGui.so.5  libs/gui-gles,libs/libgui5t64",
    ),
    { "libGui.so.5": ["libgui5t64", "gui-gles"], "libsystemd.so.0": ["libsystemd0", "libelogind0"] },
  );
});
