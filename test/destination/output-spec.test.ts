import assert from "node:assert/strict";
import { test } from "node:test";
import { booleanKey, checkKeys, parseOutputSpec } from "../../src/destination/output-spec.ts";
import { isOciasmError } from "../../src/errors.ts";
import { mutations } from "../support/mutations.ts";

test("specs are read as buildx reads them", () => {
  assert.deepEqual(parseOutputSpec("type=oci,dest=out.tar,tar=false"), { type: "oci", dest: "out.tar", tar: "false" });
  assert.deepEqual(parseOutputSpec('type=oci,"dest=a,b""c.tar"'), { type: "oci", dest: 'a,b"c.tar' });
  assert.deepEqual(parseOutputSpec("TYPE=docker,dest="), { type: "docker", dest: "" });
  assert.deepEqual(parseOutputSpec("type=oci,dest=a=b"), { type: "oci", dest: "a=b" });
});

test("what is no spec is refused", () => {
  for (const text of [
    "",
    "out.tar",
    "-",
    "dest=x",
    "type=oci,",
    "type=oci,=x",
    'type=oci,de"st=x',
    'type=oci,"dest=x',
    'type=oci,"dest=x"y',
    "type=oci,dest=a,dest=b",
  ]) {
    assert.throws(() => parseOutputSpec(text), { code: "USAGE" }, text);
  }
});

test("a key that the type does not have is named, with what to use instead", () => {
  assert.throws(() => checkKeys({ type: "oci", name: "x" }, ["dest"]), {
    code: "USAGE",
    message: /"name"/,
    hint: /--tag/,
  });
  assert.throws(() => checkKeys({ type: "oci", dst: "x" }, ["dest"]), {
    code: "USAGE",
    message: /"dst"/,
    hint: /dest/,
  });
  assert.doesNotThrow(() => checkKeys({ type: "oci", dest: "x" }, ["dest"]));
});

test("flags are Go's booleans", () => {
  for (const yes of ["1", "t", "T", "true", "TRUE"]) assert.equal(booleanKey({ tar: yes }, "tar", false), true);
  for (const no of ["0", "f", "false", "False"]) assert.equal(booleanKey({ tar: no }, "tar", true), false);
  assert.equal(booleanKey({}, "tar", true), true);
  assert.throws(() => booleanKey({ tar: "no" }, "tar", true), { code: "USAGE", message: /tar=no/ });
});

test("damaged specs are read or refused", () => {
  const seeds = ["type=oci,dest=out.tar,tar=false", 'type=oci,"dest=a,b""c.tar"'].map((text) => Buffer.from(text));
  let read = 0;
  mutations(seeds, 100_000, (bytes) => {
    try {
      read += Object.keys(parseOutputSpec(Buffer.from(bytes).toString("latin1"))).length;
    } catch (error) {
      if (!isOciasmError(error)) throw error;
    }
  });
  assert.ok(read > 1000);
});
