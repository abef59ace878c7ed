import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { filenameOf } from "../../src/pypi/index-file.ts";
import { createPlainLinks, fragmentHash } from "../../src/pypi/plain-link.ts";

const SHA = "0123456789abcdef".repeat(4);

test("the usual link of an index is read without a URL parser", () => {
  const link = createPlainLinks()(`https://files.example/packages/1f/0d/six-1.0+cpu-py3-none-any.whl#sha256=${SHA}`);
  assert.deepEqual(link, {
    url: "https://files.example/packages/1f/0d/six-1.0+cpu-py3-none-any.whl",
    fragment: `#sha256=${SHA}`,
    filename: "six-1.0+cpu-py3-none-any.whl",
  });
});

test("links that a URL parser would change are left to one", () => {
  const plain = createPlainLinks();
  const hosts = [
    "HTTPS://a.example",
    "https://A.example",
    "https://a.example:443",
    "https://u:p@a.example",
    "http://127.1",
  ];
  for (const host of [...hosts, "https://a.exa\tmple", "https://[::0]", "ftp://a.example", ""]) {
    assert.equal(plain(`${host}/six-1.0.zip`), undefined, host);
  }
  for (const path of [
    "/a/../b.zip",
    "/./b.zip",
    "//b.zip",
    "/%2e%2e/b.zip",
    "/b.zip?x",
    "/b%2Bc.zip",
    "/b.zip#a b",
    "/",
  ]) {
    assert.equal(plain(`https://a.example${path}`), undefined, path);
  }
});

test("what is read as a plain link is what a URL parser reads", () => {
  const plain = createPlainLinks();
  const odd = fc.constantFrom("..", "%2e", "%41", ":", "@", "é", "\\", " ", "?", "#", "=", "//", "/.", "xn--a");
  const usual = fc.constantFrom("/a", "/B1", ".zip", "-1.0", "_", "+", "~", "#sha256=");
  const part = fc.oneof({ arbitrary: usual, weight: 5 }, { arbitrary: odd, weight: 1 });
  const href = fc
    .tuple(fc.constantFrom("https://a.example", "http://", "https://1.2.3", "//", ""), fc.array(part, { maxLength: 8 }))
    .map(([start, parts]) => start + parts.join(""));
  let seen = 0;
  fc.assert(
    fc.property(href, (text) => {
      const link = plain(text);
      if (link === undefined) return;
      seen++;
      const url = new URL(text);
      assert.equal(link.url + link.fragment, url.href);
      assert.equal(link.filename, filenameOf(url));
    }),
    { numRuns: 20_000, seed: 7 },
  );
  assert.ok(seen > 100, String(seen));
});

test("the hash of a link is found alone, among others and in capitals", () => {
  for (const fragment of [
    `#sha256=${SHA}`,
    `#egg=x&sha256=${SHA}`,
    `#sha256=${SHA}&egg=x`,
    `#SHA256=${SHA.toUpperCase()}`,
  ]) {
    assert.equal(fragmentHash(fragment), SHA, fragment);
  }
  for (const fragment of ["", "#sha256=", `#sha256=${SHA}0`, `#md5=${SHA}`])
    assert.equal(fragmentHash(fragment), undefined);
});
