import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createPlainAnchors } from "../../src/pypi/plain-anchor.ts";
import { parseSimpleHtml } from "../support/simple-pages.ts";

const SHA = "0123456789abcdef".repeat(4);
const URL_OF_SIX = "https://files.example/1f/0d/six-1.0+cpu-py3-none-any.whl";

test("the usual anchor of an index is read in one step", () => {
  const text = `<h1>x</h1>\n<a href="${URL_OF_SIX}#sha256=${SHA}" data-requires-python="&gt;=3.8">six</a><br/>\n<a`;
  const at = text.indexOf("<a");
  assert.deepEqual(createPlainAnchors()(text, at), {
    url: URL_OF_SIX,
    filename: "six-1.0+cpu-py3-none-any.whl",
    sha256: SHA,
    attributes: ' data-requires-python="&gt;=3.8"',
    end: text.lastIndexOf("\n<a"),
  });
});

test("an anchor that holds more than a page has is left to the reader that copies", () => {
  const long = `<a href="${URL_OF_SIX}" data-yanked="${"x".repeat(1000)}">six</a>`;
  const other = `<a href="${URL_OF_SIX}" title="x">six</a>`;
  for (const text of [long, other, '<a href="six-1.0.zip">six</a>'])
    assert.equal(createPlainAnchors()(text, 0), undefined);
});

test("a page says the same whether its anchors are read in one step or one by one", () => {
  const plain = createPlainAnchors();
  const start = fc.constantFrom(
    "https://a.example/f/",
    "https://A.example/",
    "https://a.example:443/",
    "../",
    "http://x/",
  );
  const name = fc.constantFrom(
    "six-1.0.zip",
    "six-1.0-py3-none-any.whl",
    "six%2B.zip",
    "a.exe",
    "a.html",
    "..",
    "?x",
    "",
  );
  const hash = fc.constantFrom("", `#sha256=${SHA}`, `#sha256=${SHA}0`, `#md5=${SHA}`, "#egg=x");
  const attribute = fc.constantFrom(
    ' data-requires-python="&gt;=3.8"',
    ' data-requires-python=" "',
    ' data-yanked=""',
    ' data-upload-time="2026-01-01T00:00:00Z"',
    ' data-upload-time="x data-yanked="',
    ' data-="x"',
    " data-yanked",
    ' data-yanked="gr\u00f6\u00dfer &amp; x"',
    ` data-core-metadata="sha256=${SHA}"`,
    ' data-core-metadata="false"',
    ' data-dist-info-metadata="true"',
    ` data-dist-info-metadata="sha256=${SHA.toUpperCase()}"`,
    ' href="https://b.example/six-2.0.zip"',
    " title='<a>'",
    "\n",
  );
  const inner = fc.constantFrom("six", "", "<b>six</b>", "&lt;six", '<a href="six-3.0.zip">');
  const anchor = fc
    .record({ start, name, hash, attributes: fc.array(attribute, { maxLength: 4 }), inner })
    .map((one) => `a href="${one.start}${one.name}${one.hash}"${one.attributes.join("")}>${one.inner}</a>`);
  const between = fc.constantFrom(
    "\n",
    "<br/>\n",
    "<br >",
    "<!-- ",
    " -->",
    "text < more",
    "<script>",
    "</script>",
    "<br",
  );
  let read = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(anchor, between), { maxLength: 5 }), (parts) => {
      const page = (opening: string): string => parts.map(([tag, gap]) => `${opening}${tag}${gap}`).join("");
      const quick = page("<");
      // The one step knows no capitals.
      const slow = quick.replaceAll("<a href", "<A href");
      if (plain(quick, 0) !== undefined) read++;
      assert.deepEqual(
        parseSimpleHtml(quick, "https://index.example/simple/six/"),
        parseSimpleHtml(slow, "https://index.example/simple/six/"),
      );
    }),
    { numRuns: 6000, seed: 11 },
  );
  assert.ok(read > 100, String(read));
});
