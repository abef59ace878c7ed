import assert from "node:assert/strict";
import { test } from "node:test";
import { throughLinks } from "../../src/layers/through-links.ts";

const LINKS = { lib: "usr/lib", "var/run": "/run", "usr/lib/odd": "srv/odd", round: "round" };

test("links on the way are followed, one after the other, the last part is not", () => {
  assert.equal(throughLinks("lib/x.so", LINKS), "usr/lib/x.so");
  assert.equal(throughLinks("lib/odd/x", LINKS), "srv/odd/x");
  assert.equal(throughLinks("var/run/app/pid", LINKS), "run/app/pid");
  assert.equal(throughLinks("lib", LINKS), "lib");
  assert.equal(throughLinks("library/x", LINKS), "library/x");
  assert.equal(throughLinks("constructor/x", LINKS), "constructor/x");
});

test("a directory is followed as a whole", () => {
  assert.equal(throughLinks("lib", LINKS, true), "usr/lib");
  assert.equal(throughLinks("lib/odd", LINKS, true), "srv/odd");
});

test("links that lead to themselves end", () => {
  assert.equal(throughLinks("round/x", LINKS), "round/x");
});
