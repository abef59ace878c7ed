import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { decodeText } from "../../src/input/decode-text.ts";
import { readProject } from "../../src/input/project.ts";
import { requestFormatOf, requestFormats } from "../../src/input/request-formats.ts";
import { inputContext } from "../support/input-context.ts";

const detected = (files: Readonly<Record<string, string>>) =>
  readProject(
    "/p",
    inputContext(
      "pyproject.toml",
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`/p/${name}`, text])),
    ),
  )?.file;

test("a named file finds its format", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["C:\\a\\requirements-dev.txt", "requirements.txt"],
    ["a/dev-requirements.in", "requirements.txt"],
    ["a/pyproject.toml", "pyproject.toml"],
    ["run.py", "script"],
    ["setup.cfg", "setup.cfg"],
    ["setup.py", "setup.py"],
  ];
  for (const [file, name] of rows) assert.equal(requestFormatOf(file).name, name, file);
  assert.throws(() => requestFormatOf("Cargo.toml"), { code: "INPUT_UNSUPPORTED", hint: /pyproject\.toml/ });
});

test("the first file that lists packages wins", () => {
  const cfg = "[options]\ninstall_requires = a\n";
  assert.equal(
    detected({ "pyproject.toml": "[project]\n", "requirements.in": "a", "setup.cfg": cfg }),
    "/p/pyproject.toml",
  );
  assert.equal(
    detected({ "pyproject.toml": "[tool.black]\n", "requirements.in": "a", "setup.cfg": cfg }),
    "/p/requirements.in",
  );
  assert.equal(detected({ "pyproject.toml": "[tool.black]\n", "setup.cfg": cfg, "setup.py": "" }), "/p/setup.cfg");
  assert.throws(() => detected({ "setup.cfg": "[flake8]\n", "setup.py": "" }), {
    code: "INPUT_UNSUPPORTED",
    hint: /\[project\]/,
  });
  assert.equal(detected({ "main.py": "" }), undefined);
  const hashed = `a==1 --hash=sha256:${"a".repeat(64)}`;
  assert.throws(() => detected({ "requirements.in": hashed }), { code: "INPUT_UNSUPPORTED", hint: /--lock/ });
});

for (const format of requestFormats) {
  test(`${format.name}: garbage is an OciasmError, and the same text gives the same answer`, () => {
    for (const text of ["\0", "[[[", "=", "\uFEFF", "{}", '"', "- -", "# /// script\n# x\n# ///"]) {
      const run = (): string => {
        try {
          return JSON.stringify(format.parse(text, inputContext(format.name)));
        } catch (error) {
          assert.ok(isOciasmError(error), String(error));
          return error.message;
        }
      };
      assert.equal(run(), run());
    }
  });
}

test("bytes are read by their mark, by their coding comment, else as UTF-8", () => {
  const bytes = (...all: readonly (string | readonly number[])[]) =>
    Buffer.concat(all.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));
  assert.equal(decodeText(Buffer.from("é"), "r"), "é");
  assert.equal(decodeText(bytes([0xef, 0xbb, 0xbf], "a"), "r"), "a");
  assert.equal(decodeText(bytes([0xff, 0xfe, 0x61, 0, 0xe9, 0]), "r"), "aé");
  assert.equal(decodeText(bytes([0xfe, 0xff, 0, 0x61]), "r"), "a");
  assert.equal(decodeText(bytes("# -*- coding: latin-1 -*-\n\xe9\x80"), "r"), "# -*- coding: latin-1 -*-\né\x80");
  assert.equal(
    decodeText(bytes("\n# vim: set fileencoding=cp1251 :\n\xe9"), "r"),
    "\n# vim: set fileencoding=cp1251 :\nй",
  );
  for (const wrong of [
    bytes("\xff\xfe\0\0a\0\0\0"),
    bytes("a\xe9"),
    bytes("# coding: klingon\n"),
    bytes("\n\n# coding: latin-1\n\xe9"),
  ]) {
    assert.throws(() => decodeText(wrong, "r.txt"), { code: "INPUT_INVALID", message: /^r\.txt is no / });
  }
});
