import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readKey } from "openpgp";
import { readSuite } from "../../src/base/debian-suite.ts";
import { readSonameIndex } from "../../src/base/soname-index.ts";
import { globRegExp } from "../../src/install/glob.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const FOLDER = new URL("../../../layout/debian/", import.meta.url);

for (const name of ["bookworm", "trixie", "jammy", "noble", "resolute"]) {
  test(`${name} describes itself whole`, async (t) => {
    const suite = await readSuite(name, temporaryStore(t));
    assert.equal(suite.suite, name);
    assert.match(suite.python.minor, /^3\.\d+$/);
    assert.equal(suite.python.package, `python${suite.python.minor}`);
    assert.ok(suite.base.includes(suite.libc));
    assert.ok(suite.suites.includes(name));
    assert.ok(suite.keys.length >= (suite.security === "beside" ? 1 : 3));
    for (const { path, mode } of [...suite.directories, ...suite.special]) {
      assert.match(path, /^[^/].*[^/]$/);
      assert.match(mode, /^[0-7]{4}$/);
    }
    for (const [path, { link, text }] of Object.entries(suite.files)) {
      assert.match(path, /^[^/]/);
      assert.ok((link === undefined) !== (text === undefined), path);
    }
    for (const pattern of suite.drop) globRegExp(pattern);
    assert.deepEqual([...suite.base].sort(), suite.base);
    const sonames = await readSonameIndex(name);
    assert.deepEqual(sonames?.get("libGL.so.1"), ["libgl1"]);
    assert.deepEqual(sonames?.get("libpq.so.5"), ["libpq5"]);
  });
}

test("every key is the one that the readme names by its fingerprint", async () => {
  const readme = readFileSync(new URL("README.md", FOLDER), "utf8");
  const rows = [...readme.matchAll(/^\| `([\w-]+\.asc)` .*`([0-9A-F]{40})` \|$/gm)];
  assert.equal(rows.length, 7);
  for (const [, file, fingerprint] of rows) {
    const key = await readKey({ armoredKey: readFileSync(new URL(`keys/${file}`, FOLDER), "utf8") });
    assert.equal(key.getFingerprint().toUpperCase(), fingerprint, file);
    assert.equal(key.isPrivate(), false);
  }
});

test("root, nobody and nonroot are in passwd and group of every suite", async (t) => {
  const { files } = await readSuite("trixie", temporaryStore(t));
  assert.match(
    files["etc/passwd"]?.text ?? "",
    /^root:x:0:0:(?:.*\n)+nobody:x:65534:.*\nnonroot:x:65532:65532:nonroot:\/home\/nonroot:/,
  );
  assert.match(files["etc/group"]?.text ?? "", /^nonroot:x:65532:$/m);
});
