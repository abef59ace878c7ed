import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { detectLock, formatOf, formats } from "../../src/input/formats.ts";
import type { InputContext } from "../../src/input/input.ts";

const context = (file: string): InputContext => ({ file, environment: {}, readInclude: () => undefined });

test("the first lock of the stated order wins, the others are named", () => {
  assert.deepEqual(detectLock(["requirements.txt", "poetry.lock", "uv.lock", "pylock.dev.toml", "setup.py"]), {
    chosen: "uv.lock",
    others: ["poetry.lock", "requirements.txt"],
  });
  assert.deepEqual(detectLock(["README.md"]), { chosen: undefined, others: [] });
});

test("a named file finds its format", () => {
  assert.equal(formatOf("a/pylock.prod.toml").name, "pylock.toml");
  assert.equal(formatOf("C:\\a\\requirements-dev.txt").name, "requirements.txt");
  assert.equal(formatOf("tools/job.py.lock").name, "uv.lock");
  assert.throws(() => formatOf("setup.py"), { code: "INPUT_UNSUPPORTED" });
});

for (const format of formats) {
  test(`${format.name}: garbage is an OciasmError, and the same text gives the same answer`, () => {
    for (const text of ["\0", "[[[", "=", "\uFEFF", "{}", '"', "- -"]) {
      const run = (): string => {
        try {
          return JSON.stringify(format.parse(text, context(format.name)));
        } catch (error) {
          assert.ok(isOciasmError(error), String(error));
          return error.message;
        }
      };
      assert.equal(run(), run());
    }
  });
}
