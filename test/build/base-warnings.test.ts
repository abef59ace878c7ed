import assert from "node:assert/strict";
import { test } from "node:test";
import { baseWarnings } from "../../src/build/base-warnings.ts";
import type { LockedPackage } from "../../src/resolve/lock.ts";
import { testTarget } from "../support/target.ts";

const base = (...Env: readonly string[]) => ({
  spec: "cuda:12.4",
  config: { architecture: "amd64", os: "linux", config: { Env }, rootfs: { type: "layers" as const, diff_ids: [] } },
});

const lock = (...names: readonly string[]) => {
  const wheel = { filename: "x.whl", url: "https://index.example/x.whl", sha256: "0".repeat(64), size: 1 };
  const packages = names.map((name): LockedPackage => ({ name, version: "1.0", wheel, requested: true }));
  return { target: testTarget(), packages };
};

test("CUDA in the base and in wheels is told with both", () => {
  const [warning = "", ...more] = baseWarnings(
    base("PATH=/bin", "CUDA_VERSION=12.4.1"),
    lock("torch", "nvidia-cublas-cu12"),
  );
  assert.match(warning, /CUDA is in the image twice: cuda:12\.4 has 12\.4\.1.*nvidia-cublas-cu12 1\.0.*deb:bookworm/);
  assert.deepEqual(more, []);
});

test("CUDA in one of them is as it should be", () => {
  assert.deepEqual(baseWarnings(base("CUDA_VERSION=12.4.1"), lock("numpy", "nvidia-ml-py")), []);
  assert.deepEqual(baseWarnings(base("PATH=/bin"), lock("nvidia-cublas")), []);
  assert.deepEqual(baseWarnings(base("CUDA_VERSION=12.4.1"), undefined), []);
});
