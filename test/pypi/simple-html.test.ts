import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeEntities } from "../../src/pypi/html-tags.ts";
import { mutations } from "../support/mutations.ts";
import { parseSimpleHtml } from "../support/simple-pages.ts";

const PAGE = "https://index.example/simple/six/";
const SHA = "a".repeat(64);

test("a link gives file name, absolute URL, hash and attributes", () => {
  const html = `<A HREF='../../p/six-1.0-py3-none-any.whl#sha256=${SHA.toUpperCase()}' data-requires-python="&gt;=3.8,&lt;4"
    DATA-YANKED="broken &amp; old" data-dist-info-metadata="true" data-core-metadata=sha256=${SHA}>x</A>`;
  assert.deepEqual(parseSimpleHtml(html, PAGE).files, [
    {
      filename: "six-1.0-py3-none-any.whl",
      url: "https://index.example/p/six-1.0-py3-none-any.whl",
      sha256: SHA,
      requiresPython: ">=3.8,<4",
      yanked: "broken & old",
      coreMetadata: { sha256: SHA },
    },
  ]);
});

test("the sloppiest page still gives its files", () => {
  const html = `<a href=six-1.0.tar.gz>x<a  data-yanked href = "six-1.1%2Blocal-py3-none-any.whl?x=1#egg=six">y
    <a href="six-1.2.zip" <!-- <a href="no-1.0.zip"> --><a href="six.exe"><a><script><a href="no-2.0.zip"></script>`;
  const files = parseSimpleHtml(html, PAGE).files;
  assert.deepEqual(
    files.map((file) => [file.filename, file.url, file.yanked]),
    [
      ["six-1.0.tar.gz", `${PAGE}six-1.0.tar.gz`, undefined],
      ["six-1.1+local-py3-none-any.whl", `${PAGE}six-1.1%2Blocal-py3-none-any.whl?x=1`, ""],
      ["six-1.2.zip", `${PAGE}six-1.2.zip`, undefined],
    ],
  );
});

test("the first base element counts, relative to the page", () => {
  const html = '<base href="/other/"><base href="/no/"><a href="six-1.0.zip">';
  assert.equal(parseSimpleHtml(html, PAGE).files[0]?.url, "https://index.example/other/six-1.0.zip");
});

test("a web page can't name files of this host, nor carry logins into URLs", () => {
  const html = `<a href="file:///etc/six-1.0.zip"><a href="javascript:six-1.0.zip"><a href="//u:canary@host.example/six-1.0.zip">`;
  assert.deepEqual(
    parseSimpleHtml(html, PAGE).files.map((file) => file.url),
    ["https://host.example/six-1.0.zip"],
  );
});

test("names that would leave a folder are no file names", () => {
  const html = '<a href="..%2fsix-1.0.zip"><a href="%00six-1.0.zip"><a href="a%5csix-1.0.zip"><a href="%ff.zip">';
  assert.deepEqual(parseSimpleHtml(html, PAGE).files, []);
});

test("an index page is told from a login page, also when it is empty or holds only old formats", () => {
  assert.equal(parseSimpleHtml("<html><body></body></html>", PAGE).isIndex, true);
  assert.equal(parseSimpleHtml('<a href="six-1.0.exe">', PAGE).isIndex, true);
  assert.equal(parseSimpleHtml('<form><input name="password"></form>', PAGE).isIndex, false);
  assert.equal(parseSimpleHtml('<a href="/home">home</a>', PAGE).isIndex, false);
});

test("character references are decoded once", () => {
  assert.equal(decodeEntities("&lt;&#39;&#x27;&amp;lt;&unknown;&#0;&#xD800;"), "<''&lt;&unknown;\ufffd\ufffd");
});

test("no input breaks the parser", () => {
  const seeds = [
    `<base href="/x"><a href="six-1.0.zip#sha256=${SHA}" data-yanked>six</a><!-- c --><script>x</script>`,
    "<a href='&#x41;-1.0.whl' b=c d = 'e\" f><A\thref=/p//q-1.tar.gz>",
  ].map((text) => Buffer.from(text));
  let count = 0;
  mutations(seeds, 100_000, (bytes) => {
    count += parseSimpleHtml(Buffer.from(bytes).toString("latin1"), PAGE).files.length;
  });
  assert.ok(count > 0);
});

test("time grows with the length only, whatever is left open", () => {
  const started = performance.now();
  for (const piece of [
    "<a ",
    "<!--",
    "<script>",
    "<a b='",
    '<a b="',
    "<",
    "<a =",
    "<a href=x ",
    "&#",
    "</script",
    "<a    ",
    "<base href=x>",
  ]) {
    parseSimpleHtml(piece.repeat(200_000 / piece.length), PAGE);
  }
  assert.ok(performance.now() - started < 60_000);
});
