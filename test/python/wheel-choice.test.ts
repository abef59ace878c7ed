import assert from "node:assert/strict";
import { test } from "node:test";
import { bestWheel } from "../../src/python/wheel-choice.ts";
import { explainMismatch } from "../../src/python/wheel-mismatch.ts";
import { testTarget } from "../support/target.ts";

const best = (filenames: readonly string[], target = testTarget()) =>
  bestWheel(
    filenames.map((filename) => ({ filename })),
    target,
  )?.filename;

test("the best tag wins, then the higher build tag", () => {
  const wheels = [
    "foo-1-py3-none-any.whl",
    "foo-1-cp38-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "foo-1-9-cp311-cp311-manylinux_2_28_x86_64.whl",
    "foo-1-10-cp311-cp311-manylinux_2_28_x86_64.whl",
    "foo-1-cp311-cp311-linux_x86_64.whl",
    "foo-1-cp311-cp311-manylinux_2_39_x86_64.whl",
  ];
  assert.equal(best(wheels), wheels[3]);
  assert.equal(best(wheels, testTarget({ libc: "glibc:2.39" })), wheels[5]);
  assert.equal(best(wheels, testTarget({ libc: "glibc:2.17" })), wheels[4]);
  assert.equal(best(wheels, testTarget({ python: "3.12.1" })), wheels[1]);
  assert.equal(best(wheels, testTarget({ platform: "arm64" })), wheels[0]);
  assert.equal(best(["foo-1.tar.gz", "foo-1-cp312-cp312-win_amd64.whl"]), undefined);
});

test("a wheel for both C libraries fits either", () => {
  const wheel = "foo-1-cp311-cp311-manylinux_2_17_x86_64.musllinux_1_1_x86_64.whl";
  assert.equal(best([wheel]), wheel);
  assert.equal(best([wheel], testTarget({ libc: "musl:1.2" })), wheel);
});

test("a wheel that does not fit says why", () => {
  const why = (tags: string, target = testTarget()) => explainMismatch(`foo-1-${tags}.whl`, target);
  assert.equal(why("cp311-cp311-manylinux_2_39_x86_64"), "needs glibc 2.39, the image has 2.36");
  assert.equal(
    why("cp311-cp311-manylinux_2_41_x86_64.manylinux_2_39_x86_64.win_amd64"),
    "needs glibc 2.39, the image has 2.36",
  );
  assert.equal(
    why("cp311-cp311-manylinux2014_x86_64", testTarget({ libc: "glibc:2.12" })),
    "needs glibc 2.17, the image has 2.12",
  );
  assert.equal(why("cp311-cp311-musllinux_1_1_x86_64"), "needs musl, the image has glibc");
  assert.equal(
    why("cp311-cp311-manylinux2014_x86_64", testTarget({ libc: "musl:1.2" })),
    "needs glibc, the image has musl",
  );
  assert.equal(why("cp311-cp311-manylinux_2_17_aarch64"), "for aarch64");
  assert.equal(why("cp311-cp311-linux_armv7l"), "for armv7l");
  assert.equal(why("cp311-cp311-win_amd64"), "for Windows");
  assert.equal(why("cp311-cp311-macosx_11_0_arm64.macosx_10_9_x86_64"), "for macOS");
  assert.equal(why("cp312-cp312-manylinux2014_x86_64"), "for CPython 3.12");
  assert.equal(why("pp310-pypy310_pp73-manylinux2014_x86_64"), "for PyPy 3.10");
  assert.equal(why("py2-none-any"), "for Python 2");
  assert.equal(why("cp313-abi3-manylinux2014_x86_64"), "for CPython 3.13 or newer");
  const free = testTarget({ python: "3.13.1", freeThreaded: true });
  assert.equal(
    why("cp313-cp313-manylinux2014_x86_64", free),
    "for Python with the global lock, the image's is free-threaded",
  );
  assert.equal(
    why("cp39-abi3-manylinux2014_x86_64", free),
    "for Python with the global lock, the image's is free-threaded",
  );
  assert.equal(why("cp313-cp313t-manylinux2014_x86_64", testTarget({ python: "3.13.1" })), "for free-threaded Python");
  assert.equal(why("cp311-cp311d-manylinux2014_x86_64"), "for the ABI cp311d");
  assert.equal(why("py3-none-any"), "fits");
  assert.match(explainMismatch("foo.whl", testTarget()), /parts between dashes/);
});
