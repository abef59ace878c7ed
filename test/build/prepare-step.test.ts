import assert from "node:assert/strict";
import { test } from "node:test";
import { ociasm, ROOT } from "../support/cli.ts";

const HELLO = `${ROOT}examples/hello`;

/** What can't end well is refused at once: no line about a base, a lock or a layer comes before the error. */
async function refusal(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ociasm(["build", HELLO, ...args, "--progress", "plain"]);
  assert.equal(code, 2, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^error\[USAGE\]/);
  return stderr;
}

test("a push without a name, a bad name and a bad platform are refused before anything is read", async () => {
  assert.match(await refusal("--push"), /-t HOST\/NAME:TAG/);
  assert.match(await refusal("-t", "Upper:1"), /lower/);
  assert.match(await refusal("--platform", "windows/amd64"), /linux/);
  assert.match(await refusal("-o", "type=zip,dest=x"), /type=zip/);
});
