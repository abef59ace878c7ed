import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIni } from "../../src/pypi/ini.ts";
import { mutations } from "../support/mutations.ts";

const TEXT = `; pip
[global]
Index-URL = https://index.example/simple
find_links =
    /a b
    # not this
    https://mirror.example/x=y
trusted-host: index.example

[install]
no-index = yes
broken
`;

test("sections, continuation lines, both separators and comments are read as configparser reads them", () => {
  const sections = parseIni(TEXT.replaceAll("\n", "\r\n"));
  assert.deepEqual(Object.fromEntries(sections.get("global") ?? []), {
    "index-url": "https://index.example/simple",
    find_links: "\n/a b\nhttps://mirror.example/x=y",
    "trusted-host": "index.example",
  });
  assert.deepEqual(Object.fromEntries(sections.get("install") ?? []), { "no-index": "yes" });
});

test("no input breaks the parser", () => {
  let sections = 0;
  mutations([Buffer.from(TEXT)], 100_000, (bytes) => {
    sections += parseIni(Buffer.from(bytes).toString("utf8")).size;
  });
  assert.ok(sections > 30_000);
});
