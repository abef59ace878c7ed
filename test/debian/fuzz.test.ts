import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/archive/bytes.ts";
import { parseAlternatives } from "../../src/debian/alternatives.ts";
import { parseControl } from "../../src/debian/control.ts";
import { parseDependencies } from "../../src/debian/dependency.ts";
import { divertingLines } from "../../src/debian/diversions.ts";
import { readLibraryNeeds, readSharedLibrary } from "../../src/debian/elf.ts";
import { unknownLines } from "../../src/debian/maintainer-script.ts";
import { parsePackages } from "../../src/debian/packages.ts";
import { parseRelease } from "../../src/debian/release.ts";
import { parseSourcesLists } from "../../src/debian/sources-list.ts";
import { isOciasmError } from "../../src/errors.ts";
import { elfLibrary } from "../support/elf.ts";
import { mutate, xorshift } from "../support/mutate.ts";

const SHA = "0123456789abcdef".repeat(4);
const PACKAGES = `Package: ab\nVersion: 1:1-1\nArchitecture: all\nFilename: pool/a.deb\nSize: 1\nSHA256: ${SHA}\nDepends: b\n`;

interface Subject {
  readonly name: string;
  readonly seed: string;
  readonly parse: (text: string) => unknown;
}

const subjects: readonly Subject[] = [
  { name: "control", seed: "Package: a\nDescription: x\n y\n .\n\nPackage: b\n# c\n", parse: parseControl },
  { name: "dependencies", seed: "a (>= 1.0) | b:any [!amd64 i386], c (<< 2) <!nocheck>", parse: parseDependencies },
  { name: "packages", seed: PACKAGES, parse: (text) => parsePackages(text, 0) },
  { name: "release", seed: `Date: Sat, 12 Sep 2026 07:55:41 UTC\nSHA256:\n ${SHA} 12 main/x\n`, parse: parseRelease },
  {
    name: "sources",
    seed: "deb [arch=amd64] http://a.example/x trixie main contrib # c\n",
    parse: (text) => [parseSourcesLists([{ name: "a.list", text }]), parseSourcesLists([{ name: "a.sources", text }])],
  },
  {
    name: "alternatives",
    seed: 'update-alternatives --install /usr/bin/a a "/usr/bin/b" 5 \\\n --slave /usr/x x /usr/y\n',
    parse: parseAlternatives,
  },
  {
    name: "diversions",
    seed: 'case "$1" in\n install|x)\n for f in a b; do\n dpkg-divert --add --rename --divert /c/$f \\\n /b/$f\n done ;;\nesac\n',
    parse: (text) => divertingLines({ package: "demo", preinst: text, postinst: text }),
  },
  {
    name: "maintainer scripts",
    seed: '#!/bin/sh\nif [ "$1" = a ]; then\n case $(x) in a|b) ln -s a b >/c 2>&1 || true;; esac\ncat <<E\nx\nE\nfi\n',
    parse: unknownLines,
  },
];

for (const { name, seed, parse } of subjects) {
  test(`a hundred thousand damaged texts of ${name} parse or are refused by name`, () => {
    parse(seed);
    const random = xorshift(1);
    const bytes = utf8(seed);
    for (let count = 0; count < 100_000; count++) {
      const text = new TextDecoder().decode(mutate(bytes, random));
      try {
        parse(text);
      } catch (error) {
        assert.ok(isOciasmError(error), `${JSON.stringify(text)}: ${String(error)}`);
      }
    }
  });
}

test("a hundred thousand damaged libraries are read or passed over", async () => {
  const seed = elfLibrary("libx.so.1", 62, { needed: ["liby.so.2"], versions: ["GLIBC_2.3", "GLIBC_2.4"] });
  const random = xorshift(2);
  let named = 0;
  for (let count = 0; count < 100_000; count++) {
    const bytes = mutate(seed, random);
    const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
    await readSharedLibrary(read);
    const library = await readLibraryNeeds(read);
    if (library?.soname === "libx.so.1") named++;
  }
  assert.ok(named > 0 && named < 100_000);
});

test("a paragraph of hundred thousand near misses takes no time", () => {
  const started = performance.now();
  parseDependencies(`a${" ".repeat(100_000)}`);
  assert.throws(() => parseDependencies(`a ${"<x> ".repeat(50_000)}(`), { code: "ARCHIVE_INVALID" });
  parseSourcesLists([{ name: "a.list", text: `deb ${" ".repeat(100_000)}` }]);
  parseAlternatives(`update-alternatives --install /${"a".repeat(100_000)} $`);
  const endless = `if dpkg-divert ${" ".repeat(200_000)}x\ndpkg-divert`;
  divertingLines({ package: "demo", preinst: endless, postinst: endless });
  assert.ok(performance.now() - started < 60_000);
});
