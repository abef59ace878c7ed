import assert from "node:assert/strict";
import { test } from "node:test";
import { createImageTree, type ImageTree } from "../../src/base/image-tree.ts";
import { treeFacts } from "../../src/base/tree-facts.ts";
import type { ImageConfig } from "../../src/oci/config.ts";

type Member = { readonly found?: string; readonly link?: string; readonly directory?: number; readonly uid?: number };

function treeOf(members: Readonly<Record<string, Member>>): ImageTree {
  const tree = createImageTree();
  for (const [path, { found, link, directory, uid = 0 }] of Object.entries(members)) {
    const base = { path, uid, gid: uid, size: 0, mtime: 0 };
    if (link !== undefined) tree.apply({ ...base, type: "symlink", mode: 0o777, linkName: link });
    else if (directory !== undefined) tree.apply({ ...base, type: "directory", mode: directory });
    else tree.apply({ ...base, type: "file", mode: 0o644 }, found);
  }
  return tree;
}

const config = (...env: readonly string[]): ImageConfig => ({
  architecture: "amd64",
  os: "linux",
  config: { Env: env },
  rootfs: { type: "layers", diff_ids: [] },
});

const official = {
  "usr/local/bin/python3.12": {},
  "usr/local/bin/python3": { link: "python3.12" },
  "usr/local/lib/python3.12/lib-dynload/_json.cpython-312-x86_64-linux-gnu.so": {},
  "usr/local/include/python3.12/patchlevel.h": { found: "3.12.4" },
  "usr/lib/x86_64-linux-gnu/libc.so.6": { found: "2.36" },
};

test("an official Python image is read from its files", () => {
  const facts = treeFacts(treeOf(official), config("PATH=/usr/local/bin:/usr/bin", "PYTHON_VERSION=3.12.99"));
  assert.deepEqual(facts.python, { version: "3.12.4", executable: "/usr/local/bin/python3.12", freeThreaded: false });
  assert.deepEqual(facts.libc, { family: "glibc", version: "2.36" });
});

test("PYTHON_VERSION helps where files are silent, and only when it fits", () => {
  const { "usr/local/include/python3.12/patchlevel.h": _, ...silent } = official;
  assert.equal(treeFacts(treeOf(silent), config("PYTHON_VERSION=3.12.7")).python?.version, "3.12.7");
  assert.equal(treeFacts(treeOf(silent), config("PYTHON_VERSION=3.11.7")).python, undefined);
  assert.equal(treeFacts(treeOf(silent), config("PYTHON_VERSION=3.12")).python, undefined);
});

test("of several Pythons the one that comes first in PATH counts, then the usual python3", () => {
  const both = {
    ...official,
    "usr/bin/python3.11": { found: "3.11.2" },
    "usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so": {},
  };
  assert.equal(treeFacts(treeOf(both), config()).python?.version, "3.12.4");
  assert.equal(
    treeFacts(treeOf(both), config("PATH=/usr/bin:/usr/local/bin")).python?.executable,
    "/usr/bin/python3.11",
  );
  const two = {
    ...official,
    "usr/local/bin/python3.13": { found: "3.13.1" },
    "usr/local/lib/python3.13/lib-dynload/_json.cpython-313-x86_64-linux-gnu.so": {},
  };
  assert.equal(treeFacts(treeOf(two), config()).python?.version, "3.12.4");
});

test("free threading, musl and other prefixes are read from the module's name", () => {
  const facts = treeFacts(
    treeOf({
      "opt/py/bin/python3.13t": { found: "3.13.1" },
      "opt/py/lib/python3.13t/lib-dynload/_json.cpython-313t-aarch64-linux-musl.so": {},
      "lib/ld-musl-aarch64.so.1": { found: "1.2.5" },
      "lib/libc.so.6": { found: "2.36" },
    }),
    config("PATH=/opt/py/bin"),
  );
  assert.deepEqual(facts.python, { version: "3.13.1", executable: "/opt/py/bin/python3.13t", freeThreaded: true });
  assert.deepEqual(facts.libc, { family: "musl", version: "1.2" });
});

test("a merged /usr is seen through, and its links are facts", () => {
  const facts = treeFacts(
    treeOf({
      "usr/bin/python3.11": { found: "3.11.2" },
      "usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so": {},
      bin: { link: "usr/bin" },
      lib: { link: "usr/lib" },
      "var/run": { link: "/run" },
      run: { directory: 0o755 },
      "usr/bin/python3": { link: "python3.11" },
    }),
    config("PATH=/bin"),
  );
  assert.equal(facts.python?.executable, "/usr/bin/python3.11");
  assert.deepEqual(facts.links, { bin: "usr/bin", lib: "usr/lib", "var/run": "run" });
});

test("directories that are not plain are facts, with what is odd about them", () => {
  const facts = treeFacts(
    treeOf({ tmp: { directory: 0o1777 }, home: { directory: 0o755 }, "home/app": { directory: 0o755, uid: 1000 } }),
    config(),
  );
  assert.deepEqual(facts.directories, [
    { type: "directory", path: "home/app", mode: 0o755, uid: 1000, gid: 1000 },
    { type: "directory", path: "tmp", mode: 0o1777 },
  ]);
  assert.deepEqual([facts.python, facts.libc, facts.passwd], [undefined, undefined, undefined]);
});

test("accounts are kept as they stand", () => {
  const facts = treeFacts(
    treeOf({ "etc/passwd": { found: "root:x:0:0::/:/bin/sh\n" }, "etc/group": { found: "g" } }),
    config(),
  );
  assert.deepEqual([facts.passwd, facts.group], ["root:x:0:0::/:/bin/sh\n", "g"]);
});
