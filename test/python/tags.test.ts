import assert from "node:assert/strict";
import { test } from "node:test";
import { compatiblePlatforms, compatibleTags, pythonTags, tagRank } from "../../src/python/tags.ts";
import { parseTags } from "../../src/python/wheel-name.ts";
import { noPackagingRows, packagingRows } from "../support/packaging-rows.ts";
import { testTarget } from "../support/target.ts";

test("tags run from the exact ABI on the newest platform to the oldest pure Python", () => {
  const tags = compatibleTags(testTarget());
  assert.equal(tags[0], "cp311-cp311-manylinux_2_36_x86_64");
  assert.equal(tags.at(-1), "py30-none-any");
  const order = [
    "cp311-cp311-linux_x86_64",
    "cp311-abi3-manylinux_2_17_x86_64",
    "cp311-abi3-manylinux2014_x86_64",
    "cp311-none-manylinux1_x86_64",
    "cp310-abi3-manylinux_2_36_x86_64",
    "cp32-abi3-linux_x86_64",
    "py311-none-manylinux_2_36_x86_64",
    "py3-none-linux_x86_64",
    "py310-none-manylinux_2_5_x86_64",
    "cp311-none-any",
    "py311-none-any",
    "py3-none-any",
    "py39-none-any",
  ];
  const ranks = tagRank(testTarget());
  const found = order.map((tag) => ranks.get(tag) ?? -1);
  assert.deepEqual(
    found,
    [...found].sort((a, b) => a - b),
  );
  assert.ok(!found.includes(-1));
  assert.equal(new Set(tags).size, tags.length);
});

test("a musl target takes no manylinux wheel, and a glibc target no musllinux one", () => {
  const musl = compatiblePlatforms(testTarget({ libc: "musl:1.2", platform: "arm64" }));
  assert.deepEqual(musl, ["musllinux_1_2_aarch64", "musllinux_1_1_aarch64", "musllinux_1_0_aarch64", "linux_aarch64"]);
  assert.ok(!compatiblePlatforms(testTarget()).some((platform) => platform.startsWith("musllinux")));
});

test("the oldest glibc depends on the architecture", () => {
  const last = (platform: string) => compatiblePlatforms(testTarget({ platform })).slice(-3);
  assert.deepEqual(last("amd64"), ["manylinux_2_5_x86_64", "manylinux1_x86_64", "linux_x86_64"]);
  assert.deepEqual(last("arm64"), ["manylinux_2_17_aarch64", "manylinux2014_aarch64", "linux_aarch64"]);
  assert.deepEqual(compatiblePlatforms(testTarget({ platform: "arm/v6" })), ["linux_armv6l"]);
});

test("free-threaded Python takes its own ABI and abi3t, never abi3", () => {
  const tags = compatibleTags(testTarget({ python: "3.14.1", freeThreaded: true }));
  assert.equal(tags[0], "cp314-cp314t-manylinux_2_36_x86_64");
  assert.ok(tags.includes("cp313-abi3t-manylinux_2_36_x86_64"));
  assert.ok(!tags.some((tag) => tag.includes("-abi3-") || tag.includes("-cp314-")));
  assert.ok(!compatibleTags(testTarget()).some((tag) => tag.includes("abi3t")));
  assert.equal(pythonTags(testTarget({ python: "3.7.4" }).python).abi, "cp37m");
});

test("a version that is an attack on the length of the list is cut", () => {
  assert.ok(compatiblePlatforms(testTarget({ libc: "glibc:2.999999999999" })).length < 1100);
});

test("packaging's rows for platforms agree, but for the place of linux_*", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("tags");
  const linuxLast = (platforms: readonly string[]) => platforms.filter((platform) => platform.startsWith("linux_"));
  const oci: Readonly<Record<string, string>> = {
    linux_x86_64: "amd64",
    linux_i686: "386",
    linux_aarch64: "arm64",
    linux_armv7l: "arm/v7",
    linux_armv8l: "arm/v8",
  };
  interface MuslRow {
    readonly cross32: boolean;
    readonly native_arch: string;
    readonly cross32_arch: string;
    readonly musl_version: readonly [number, number];
  }
  for (const { cross32, native_arch, cross32_arch, musl_version } of rows<MuslRow>("test_linux_platforms_musllinux")) {
    const architecture = cross32 ? cross32_arch : native_arch;
    const platform = oci[`linux_${architecture}`];
    // A kernel that calls itself i386 is no OCI platform: 386 stands for i686.
    if (platform === undefined) continue;
    const [major, minor] = musl_version;
    const architectures = architecture === "armv8l" ? ["armv8l", "armv7l"] : [architecture];
    const minors = Array.from({ length: minor + 1 }, (_, index) => minor - index);
    assert.deepEqual(compatiblePlatforms(testTarget({ platform, libc: `musl:${major}.${minor}` })), [
      ...architectures.flatMap((each) => minors.map((every) => `musllinux_${major}_${every}_${each}`)),
      ...architectures.map((each) => `linux_${each}`),
    ]);
  }
  for (const { expected } of rows<{ expected: readonly string[] }>("test_linux_platforms_32_64bit_on_64bit_os")) {
    const platform = oci[expected[0] ?? ""] ?? "";
    assert.deepEqual(linuxLast(compatiblePlatforms(testTarget({ platform }))), expected);
  }
  for (const { cross_arch } of rows<{ cross_arch: string }>("test_linux_platforms_manylinux2014_armhf_abi")) {
    const platform = `arm/${cross_arch.slice(3, 5)}`;
    const architectures = cross_arch === "armv8l" ? ["armv8l", "armv7l"] : [cross_arch];
    assert.deepEqual(compatiblePlatforms(testTarget({ platform, libc: "glibc:2.17" })), [
      ...architectures.flatMap((each) => [`manylinux_2_17_${each}`, `manylinux2014_${each}`]),
      ...architectures.map((each) => `linux_${each}`),
    ]);
  }
});

test("packaging's rows for the syntax of tags agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("tags");
  const refused = [
    "test_empty_component_raises",
    "test_invalid_interpreter_raises",
    "test_invalid_component_count_raises",
  ];
  for (const { tag } of refused.flatMap((name) => rows<{ tag: string }>(name))) {
    assert.equal(parseTags(tag).ok, false, tag);
  }
  for (const { interpreter } of rows<{ interpreter: string }>("test_identifier_interpreter_is_valid")) {
    assert.equal(parseTags(`${interpreter}-none-any`).ok, true, interpreter);
  }
  for (const row of rows<{ interpreter: string; abi: string; platform: string }>("test_pickle_tag_roundtrip")) {
    const tag = `${row.interpreter}-${row.abi}-${row.platform}`;
    const found = parseTags(tag);
    assert.ok(found.ok);
    assert.deepEqual(found.value.tags, [tag.toLowerCase()]);
  }
});
