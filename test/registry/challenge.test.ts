import assert from "node:assert/strict";
import { test } from "node:test";
import { bestChallenge, parseChallenges } from "../../src/registry/challenge.ts";
import { mutations } from "../support/mutations.ts";

test("quoted commas, escapes and several challenges are read", () => {
  const header =
    'Custom x, Basic realm="a, \\"b\\"", Bearer realm="https://a.example/token",service="s",scope="repository:a/b:pull,push" , error=invalid';
  const read = parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
  assert.deepEqual(read, [
    ["custom", {}],
    ["x", {}],
    ["basic", { realm: 'a, "b"' }],
    ["bearer", { realm: "https://a.example/token", service: "s", scope: "repository:a/b:pull,push", error: "invalid" }],
  ]);
});

test("Bearer is preferred, Basic comes second, others are not answered", () => {
  assert.equal(bestChallenge('Basic realm="x", BEARER realm="y"')?.parameters.get("realm"), "y");
  assert.equal(bestChallenge("Negotiate, Basic")?.scheme, "basic");
  assert.equal(bestChallenge("Negotiate abc=="), undefined);
  assert.equal(bestChallenge(undefined), undefined);
});

test("damaged headers are read to some end", () => {
  const seeds = [
    'Bearer realm="https://a.example/token",service="s, t",scope="a:b:c"',
    'Basic realm="x\\"", Bearer a=b',
  ].map((text) => Buffer.from(text));
  let read = 0;
  mutations(seeds, 100_000, (bytes) => {
    read += parseChallenges(Buffer.from(bytes).toString("latin1")).length;
  });
  assert.ok(read > 100_000);
});
