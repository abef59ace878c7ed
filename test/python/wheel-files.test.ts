import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { base64UrlToHex, hexToBase64Url } from "../../src/python/base64url.ts";
import { parseEntryPoints } from "../../src/python/entry-points.ts";
import { parseMetadata } from "../../src/python/metadata.ts";
import { formatRecord, parseRecord, type RecordRow } from "../../src/python/record.ts";
import { parseWheelFile } from "../../src/python/wheel-metadata.ts";

const SHA256 = createHash("sha256").update("x").digest();

test("metadata is read with repeated and continued fields, up to the empty line", () => {
  const found = parseMetadata(
    [
      "\ufeffMetadata-Version: 2.4",
      "name: Foo.Bar",
      "Version: 1.0+Local",
      "Version: 2.0",
      "Summary:  a  b ",
      "License: MIT",
      "        All rights",
      "License-Expression: UNKNOWN",
      "Requires-Dist: a>=1",
      "REQUIRES-DIST: b; extra == 'x'",
      "Requires-Python: >=3.8",
      "Provides-Extra: Some_Thing",
      "Provides-Extra: some.thing",
      "X-Junk:",
      "",
      "Requires-Dist: not-a-field",
    ].join("\r\n"),
  );
  assert.ok(found.ok);
  assert.deepEqual(found.value, {
    metadataVersion: "2.4",
    name: "Foo.Bar",
    version: "1.0+Local",
    summary: "a  b",
    license: "MIT\n        All rights",
    licenseFiles: [],
    projectUrls: [],
    classifiers: [],
    requiresPython: ">=3.8",
    requiresDist: ["a>=1", "b; extra == 'x'"],
    providesExtra: ["some-thing"],
    dynamic: [],
    warnings: [],
  });
});

test("metadata without a name, with a bad version or of a major version to come is refused; junk is only named", () => {
  const message = (text: string) => {
    const found = parseMetadata(text);
    return found.ok ? found.value.warnings.join() : found.message;
  };
  assert.match(message("Metadata-Version: 2.1\nVersion: 1\n"), /no valid Name/);
  assert.match(message("Metadata-Version: 2.1\nName: a\nVersion: x\n"), /no valid Version: "x"/);
  assert.match(message("Metadata-Version: 3.0\nName: a\nVersion: 1\n"), /3.0 is not supported/);
  assert.equal(message("Metadata-Version: 2.99\nName: a\nVersion: 1\n"), "");
  assert.match(message("Name: a\nVersion: 1\nthis is junk\nName: b"), /^not a field: "this is junk"$/);
  assert.equal(message(" dropped\n__proto__: x\nName: a\nVersion: 1\n"), "");
  assert.match(message("Name: a".padEnd(2 ** 24 + 1, " ")), /too large/);
});

test("the first Wheel-Version counts, and a major version above 1 is refused", () => {
  const found = parseWheelFile(
    "Wheel-Version: 1.0\nWheel-Version: 2.0\nGenerator: g 1\nRoot-Is-Purelib: TRUE\nTag: py3-none-any\nTag: py2-none-any\nBuild: 1\n",
  );
  assert.ok(found.ok);
  assert.deepEqual(found.value, {
    wheelVersion: { major: 1, minor: 0 },
    rootIsPurelib: true,
    tags: ["py3-none-any", "py2-none-any"],
    build: "1",
    generator: "g 1",
    warnings: [],
  });
  const newer = parseWheelFile("Wheel-Version: 1.9\nRoot-Is-Purelib: no");
  assert.ok(newer.ok && !newer.value.rootIsPurelib && newer.value.warnings.length === 1);
  for (const text of ["", "Wheel-Version: 2.0", "Wheel-Version: x", "Root-Is-Purelib: true"]) {
    assert.equal(parseWheelFile(text).ok, false, text);
  }
});

test("RECORD is read in Python's CSV, with digests as base64 or hex", () => {
  const base64 = SHA256.toString("base64url");
  const hex = SHA256.toString("hex");
  const found = parseRecord(
    [
      `a.py,sha256=${base64},1`,
      `"b ""x"",y.py",sha256=${base64}=,`,
      "",
      `c.py,SHA256=${hex.toUpperCase()},12,more`,
      "d.py,md5=AAECAw,3",
      "foo-1.dist-info/RECORD,,",
    ].join("\r\n"),
  );
  assert.ok(found.ok);
  assert.deepEqual(found.value, [
    { path: "a.py", sha256: hex, size: 1 },
    { path: 'b "x",y.py', sha256: hex },
    { path: "c.py", sha256: hex, size: 12 },
    { path: "d.py", hash: { algorithm: "md5", hex: "00010203" }, size: 3 },
    { path: "foo-1.dist-info/RECORD" },
  ]);
});

test("a RECORD that cannot be read is refused with its place", () => {
  const refusal = (text: string) => {
    const found = parseRecord(text);
    assert.ok(!found.ok, text);
    return `${found.offset} ${found.message}`;
  };
  assert.equal(refusal('a,,\n"b'), "4 a quote is not closed");
  assert.equal(refusal("a,,\n,,"), "4 a row without a path");
  assert.match(refusal("a,,-1"), /^0 a has no readable size/);
  assert.match(refusal("a,sha256=AAAA,"), /no readable digest/);
  assert.match(refusal("a,nothing,"), /no readable digest/);
});

test("what formatRecord writes, parseRecord reads", () => {
  const row: fc.Arbitrary<RecordRow> = fc.record(
    {
      path: fc.string({ minLength: 1, unit: fc.constantFrom("a", "/", ",", '"', "\n", "\r", " ", "é", ".") }),
      sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex")),
      size: fc.nat(),
    },
    { requiredKeys: ["path"] },
  );
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const found = parseRecord(formatRecord(rows));
      assert.ok(found.ok);
      assert.deepEqual(
        found.value.map((each) => ({ ...each })),
        rows.map((each) => ({ ...each })),
      );
    }),
    { numRuns: 300, seed: 1 },
  );
  assert.equal(
    formatRecord([{ path: "a,b", sha256: SHA256.toString("hex"), size: 0 }]),
    `"a,b",sha256=${SHA256.toString("base64url")},0\n`,
  );
});

test("digests change between hex and base64url as Node does it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const [hex, base64] = [Buffer.from(bytes).toString("hex"), Buffer.from(bytes).toString("base64url")];
      assert.equal(hexToBase64Url(hex), base64);
      assert.equal(base64UrlToHex(base64), hex);
    }),
    { numRuns: 300, seed: 1 },
  );
  for (const text of ["A", "A+AA", "AA AA", "é"]) assert.equal(base64UrlToHex(text), undefined, text);
});

test("entry points keep their case, and lines that say nothing are named", () => {
  const found = parseEntryPoints(
    [
      "# comment",
      "orphan = a:b",
      "[console_scripts]",
      "Foo.Bar = pkg.mod : Class.run [extra1, extra2] ",
      "  ; comment",
      "foo.bar=pkg:main",
      "Foo.Bar = other:main",
      "no_function = pkg",
      "broken",
      "bad = a b:c",
      "bad2 = a:b()",
      "[ my.plugins ]",
      "colon:name = pkg",
      "__proto__ = pkg:x",
    ].join("\r\n"),
  );
  assert.deepEqual(found.entryPoints, [
    { group: "console_scripts", name: "Foo.Bar", module: "pkg.mod", attribute: "Class.run", line: 4 },
    { group: "console_scripts", name: "foo.bar", module: "pkg", attribute: "main", line: 6 },
    { group: "my.plugins", name: "colon:name", module: "pkg", line: 13 },
    { group: "my.plugins", name: "__proto__", module: "pkg", attribute: "x", line: 14 },
  ]);
  assert.deepEqual(
    found.problems.map((each) => each.line),
    [2, 7, 8, 9, 10, 11],
  );
});
