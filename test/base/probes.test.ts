import assert from "node:assert/strict";
import { test } from "node:test";
import { probeFor } from "../../src/base/probes.ts";

async function probe(path: string, ...parts: readonly string[]): Promise<string | undefined> {
  const entry = { path, type: "file", mode: 0, uid: 0, gid: 0, size: 0, mtime: 0 } as const;
  async function* content() {
    for (const part of parts) yield Buffer.from(part, "latin1");
  }
  return probeFor(entry)?.read(content());
}

test("versions are found in content, also where a chunk ends within them", async () => {
  const banner = "GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\n";
  assert.equal(await probe("lib/x86_64-linux-gnu/libc.so.6", "\0\xff".repeat(500) + banner), "2.36");
  assert.equal(await probe("usr/lib/libc-2.31.so", banner.slice(0, 60), banner.slice(60)), "2.36");
  assert.equal(await probe("lib/ld-musl-x86_64.so.1", "\0musl libc\0" + "1.2.5\0"), "1.2.5");
  assert.equal(await probe("lib/apk/db/installed", "P:a\nV:1\n\nC:x\nP:musl\nV:1.2.4-r2\n"), "1.2.4");
  assert.equal(await probe("usr/include/python3.11/patchlevel.h", '#define PY_VERSION      \t"3.11.2+"\n'), "3.11.2");
  assert.equal(await probe("usr/bin/python3.11", "x\0%.80s (%.80s) %.80s\0", "3.11.2", "\0"), "3.11.2");
  assert.equal(await probe("usr/lib/libpython3.14.so.1.0", "\0" + "3.14.0rc2\0"), "3.14.0rc2");
  assert.equal(await probe("usr/bin/python3.11", "nothing 3.11.2 here"), undefined);
});

test("accounts are read whole unless they are absurdly large", async () => {
  assert.equal(await probe("etc/passwd", "root:", "x"), "root:x");
  assert.equal(await probe("etc/passwd", "x".repeat(1024 * 1024), "x"), undefined);
});

test("other files are not read", async () => {
  for (const path of ["etc/shadow", "usr/etc/passwd", "usr/bin/python3", "usr/lib/libc.a", "opt/notlibc.so.6"]) {
    assert.equal(await probe(path, "root"), undefined, path);
  }
});
