import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { apiHost, formatReference, parseReference, parseTagged } from "../../src/oci/reference.ts";
import { mutations } from "../support/mutations.ts";

const HEX = "ab".repeat(32);

const ROWS: readonly (readonly [text: string, full: string])[] = [
  ["python", "docker.io/library/python"],
  ["python:3.12-slim", "docker.io/library/python:3.12-slim"],
  ["index.docker.io/python:3", "docker.io/library/python:3"],
  ["owner/app", "docker.io/owner/app"],
  ["localhost/app:1", "localhost/app:1"],
  ["localhost:5000/a/b/c:1", "localhost:5000/a/b/c:1"],
  ["registry.example/a_b/c__d/e-f/g---h:V1_x.y-z", "registry.example/a_b/c__d/e-f/g---h:V1_x.y-z"],
  ["[::1]:5000/app:1", "[::1]:5000/app:1"],
  ["127.0.0.1:5000/app", "127.0.0.1:5000/app"],
  ["Host/app", "Host/app"],
  [`registry.example/app:1@sha256:${HEX}`, `registry.example/app:1@sha256:${HEX}`],
  [`app@sha256:${HEX}`, `docker.io/library/app@sha256:${HEX}`],
];

test("references are read as engines read them", () => {
  for (const [text, full] of ROWS) {
    assert.equal(formatReference(parseReference(text)), full);
    assert.deepEqual(parseReference(full), parseReference(text));
  }
});

test("what is no reference is refused", () => {
  for (const text of [
    "",
    ":1",
    "/app",
    "app:",
    "app@",
    "app@sha256:abc",
    `app@sha512:${HEX}${HEX}`,
    "App",
    "a//b",
    "a/",
    "registry.example/",
    "registry.example:0/app",
    "registry.example:99999/app",
    "registry.example:x/app",
    "-host.example/app",
    "host..example/app",
    "a b",
    "a_-b",
    "a..b",
    "-a",
    "https://registry.example/app",
    "../app",
    "app:-1",
    `app:${"t".repeat(129)}`,
    HEX,
    `registry.example/${"a/".repeat(128)}a`,
    "a".repeat(5000),
  ]) {
    assert.throws(() => parseReference(text), { code: "USAGE" }, text);
  }
});

test("latest is meant where neither tag nor digest is named", () => {
  assert.equal(parseTagged("app").tag, "latest");
  assert.equal(parseTagged(`app@sha256:${HEX}`).tag, undefined);
  assert.equal(parseTagged("app:1").tag, "1");
});

test("only Docker Hub answers at another host than its name", () => {
  assert.equal(apiHost(parseReference("python").registry), "registry-1.docker.io");
  assert.equal(apiHost("localhost:5000"), "localhost:5000");
});

test("damaged references parse to themselves or are refused", () => {
  const seeds = ROWS.map(([text]) => Buffer.from(text));
  let parsed = 0;
  mutations(seeds, 100_000, (bytes) => {
    const text = Buffer.from(bytes).toString("latin1");
    try {
      const full = formatReference(parseReference(text));
      assert.equal(formatReference(parseReference(full)), full);
      parsed++;
    } catch (error) {
      if (!isOciasmError(error)) throw error;
    }
  });
  assert.ok(parsed > 1000);
});
