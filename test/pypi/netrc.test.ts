import assert from "node:assert/strict";
import { test } from "node:test";
import { netrcEntry, parseNetrc } from "../../src/pypi/netrc.ts";
import { mutations } from "../support/mutations.ts";

const TEXT = `# a comment
machine index.example login me password s3#cret
machine Other.Example
  login "you two"   password "a \\"b\\""
macdef init
machine fake.example login no password no

machine index.example account x password later login me2
default login anonymous password guest
`;

test("machines, quotes, comments, macros and the default are read as Python reads them", () => {
  const netrc = parseNetrc(TEXT);
  assert.deepEqual(netrcEntry(netrc, "INDEX.example"), { login: "me2", password: "later" });
  assert.deepEqual(netrcEntry(netrc, "other.example"), { login: "you two", password: 'a "b"' });
  assert.deepEqual(netrcEntry(netrc, "fake.example"), { login: "anonymous", password: "guest" });
});

test("without a default a stranger has no entry, and a file that ends early is read as far as it goes", () => {
  assert.equal(netrcEntry(parseNetrc("machine a.example login x"), "b.example"), undefined);
  assert.deepEqual(netrcEntry(parseNetrc("machine a.example login"), "a.example"), { login: "", password: "" });
  assert.equal(netrcEntry(parseNetrc("machine"), "a.example"), undefined);
});

test("no input breaks the parser", () => {
  let found = 0;
  mutations([Buffer.from(TEXT)], 100_000, (bytes) => {
    found += parseNetrc(Buffer.from(bytes).toString("utf8")).machines.size;
  });
  assert.ok(found > 30_000);
});
