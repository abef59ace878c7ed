import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatPlatform,
  parsePlatform,
  platformDistance,
  platformOfMachine,
  samePlatform,
  wheelMachine,
} from "../../src/oci/platform.ts";

test("platforms are read in the words of users, uname and the spec", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["linux/amd64", "linux/amd64"],
    ["amd64", "linux/amd64"],
    ["linux/x86_64", "linux/amd64"],
    ["linux/amd64/v1", "linux/amd64"],
    ["linux/amd64/v3", "linux/amd64/v3"],
    ["Linux/ARM64/v8", "linux/arm64"],
    ["linux/arm64/8", "linux/arm64"],
    ["aarch64", "linux/arm64"],
    ["linux/arm", "linux/arm/v7"],
    ["linux/armel", "linux/arm/v6"],
    ["linux/arm/6", "linux/arm/v6"],
    ["windows/amd64", "windows/amd64"],
  ];
  for (const [text, normal] of rows) assert.equal(formatPlatform(parsePlatform(text)), normal);
});

test("what is no platform is refused", () => {
  for (const text of ["", "/", "linux/", "linux/a/b/c", "linux amd64", "linux/../x", "ü"]) {
    assert.throws(() => parsePlatform(text), { code: "USAGE" }, text);
  }
});

test("an older variant serves a newer machine and never the other way", () => {
  const distance = (wanted: string, offered: string) => platformDistance(parsePlatform(wanted), parsePlatform(offered));
  assert.equal(distance("linux/arm64", "linux/arm64/v8"), 0);
  assert.equal(distance("linux/arm/v7", "linux/arm/v6"), 1);
  assert.equal(distance("linux/arm/v6", "linux/arm/v7"), undefined);
  assert.equal(distance("linux/amd64/v3", "linux/amd64"), 2);
  assert.equal(distance("linux/amd64", "linux/amd64/v2"), undefined);
  assert.equal(distance("linux/amd64", "linux/arm64"), undefined);
  assert.equal(distance("linux/amd64", "windows/amd64"), undefined);
  assert.equal(distance("linux/amd64/odd", "linux/amd64"), undefined);
  assert.ok(
    samePlatform({ os: "linux", architecture: "aarch64" }, { os: "linux", architecture: "arm64", variant: "v8" }),
  );
});

test("architectures and wheel machines translate both ways", () => {
  for (const [platform, machine] of [
    ["linux/amd64", "x86_64"],
    ["linux/arm64", "aarch64"],
    ["linux/386", "i686"],
    ["linux/arm/v7", "armv7l"],
    ["linux/riscv64", "riscv64"],
  ] as const) {
    assert.equal(wheelMachine(parsePlatform(platform)), machine);
    assert.deepEqual(platformOfMachine(machine), parsePlatform(platform));
  }
  assert.throws(() => wheelMachine(parsePlatform("linux/arm/v6")), { code: "USAGE" });
  assert.throws(() => wheelMachine(parsePlatform("linux/mips")), { code: "USAGE", hint: /linux\/amd64/ });
  assert.equal(platformOfMachine("pdp11"), undefined);
});
