import assert from "node:assert/strict";
import { test } from "node:test";
import { shebang } from "../../src/install/launcher.ts";

test("the interpreter stands in the first line as long as a kernel can read it", () => {
  assert.equal(shebang("/app/.venv/bin/python"), "#!/app/.venv/bin/python\n");
  const longest = `/${"x".repeat(123)}`;
  assert.equal(shebang(longest), `#!${longest}\n`);
  assert.equal(Buffer.byteLength(shebang(longest)), 127);
});

test("a longer path or one with a space is started by sh, as pip does it", () => {
  const long = `/${"x".repeat(124)}`;
  assert.equal(shebang(long), `#!/bin/sh\n'''exec' ${long} "$0" "$@"\n' '''\n`);
  assert.equal(shebang("/a b/python"), `#!/bin/sh\n'''exec' "/a b/python" "$0" "$@"\n' '''\n`);
  assert.match(shebang(`/${"é".repeat(70)}`), /^#!\/bin\/sh\n/);
});
