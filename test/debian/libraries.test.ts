import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readLibraryNeeds, readSharedLibrary } from "../../src/debian/elf.ts";
import { compareLibraryNames, encodeLdSoCache } from "../../src/debian/ld-so-cache.ts";
import { elfLibrary } from "../support/elf.ts";
import { findTool, needs, needsTools } from "../support/tools.ts";

const reader = (bytes: Uint8Array) => async (offset: number, length: number) => bytes.subarray(offset, offset + length);

test("soname and machine of a shared object are read", async () => {
  const library = await readSharedLibrary(reader(elfLibrary("libz.so.1", 183)));
  assert.deepEqual(library, { soname: "libz.so.1", machine: 183 });
});

test("what a library needs is read: names in their order, and the newest version of glibc", async () => {
  const bytes = elfLibrary("libx.so.1", 62, {
    needed: ["libm.so.6", "libc.so.6"],
    versions: ["GLIBC_2.9", "GLIBC_2.28", "GLIBC_2.2.5", "GLIBC_ABI_DT_RELR"],
  });
  assert.deepEqual(await readLibraryNeeds(reader(bytes)), {
    soname: "libx.so.1",
    machine: 62,
    needed: ["libm.so.6", "libc.so.6"],
    glibc: "2.28",
  });
  assert.equal((await readLibraryNeeds(reader(elfLibrary("libx.so.1", 62))))?.glibc, undefined);
});

test("what readelf tells of this host's libraries is what we read", async (t) => {
  if (!needsTools(t, "readelf")) return;
  for (const name of ["libstdc++.so.6", "libz.so.1", "libm.so.6"]) {
    const path = ["/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu"]
      .map((folder) => `${folder}/${name}`)
      .find(existsSync);
    if (path === undefined) continue;
    const told = spawnSync("readelf", ["-dVW", path], { encoding: "utf8" }).stdout;
    const needs = await readLibraryNeeds(reader(readFileSync(path)));
    assert.deepEqual(
      needs?.needed,
      [...told.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, one]) => one),
    );
    const [, section = ""] = told.split("Version needs section");
    const minors = [...section.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
    assert.equal(needs?.glibc, minors.length === 0 ? undefined : `2.${Math.max(...minors)}`, name);
  }
});

test("what is no shared object is passed over", async () => {
  const program = elfLibrary("x", 62);
  program[16] = 2;
  for (const bytes of [new Uint8Array(), Buffer.from("#!/bin/sh\n"), program, elfLibrary("x", 62).subarray(0, 100)]) {
    assert.equal(await readSharedLibrary(reader(bytes)), undefined);
  }
});

test("library names order by the value of their digits", () => {
  const descending = ["libz.so.10", "libz.so.9", "libz.so.1", "libz.so", "liba.so.1", "lib.so"];
  assert.deepEqual(
    [...descending].sort((a, b) => compareLibraryNames(b, a)),
    descending,
  );
});

test("ldconfig lists what was put into the cache", (t) => {
  const ldconfig = findTool("ldconfig") ?? findTool("/usr/sbin/ldconfig");
  if (!needs(t, "ldconfig", ldconfig) || ldconfig === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "ld-so-cache-"));
  try {
    const names = ["libz.so.1", "libfoo-2.10.so.0", "libfoo-2.9.so.0", "libc.so.6"];
    const bytes = encodeLdSoCache([
      ...names.map((soname) => ({ soname, path: `/usr/lib/${soname}`, machine: 62 })),
      { soname: "libz.so.1", path: "/second/libz.so.1", machine: 62 },
      { soname: "libother.so.1", path: "/lib/libother.so.1", machine: 3 },
    ]);
    writeFileSync(join(folder, "cache"), bytes);
    const listed = spawnSync(ldconfig, ["-C", join(folder, "cache"), "-p"], { encoding: "utf8" });
    assert.equal(listed.status, 0, listed.stderr);
    for (const name of names) assert.ok(listed.stdout.includes(`${name} (libc6,x86-64) => /usr/lib/${name}`), name);
    assert.match(listed.stdout, /^4 libs/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
