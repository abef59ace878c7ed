import assert from "node:assert/strict";
import { test } from "node:test";
import { globMatcher } from "../../src/install/glob.ts";
import { packagePattern } from "../../src/layers/package-pattern.ts";
import { Random } from "../support/random.ts";

test("names, globs, labels, requirements and expressions come to a pattern over names", () => {
  const expected: Readonly<Record<string, string | undefined>> = {
    torch: "torch",
    "Zope.Interface": "zope-interface",
    "nvidia-*": "nvidia-*",
    "*": "*",
    "nvidia_.*": "nvidia-*",
    "@pip//torch": "torch",
    "@@rules_python++pip+pypi//nvidia_cublas_cu12:pkg": "nvidia-cublas-cu12",
    "@pip//torch:torch": "torch",
    "@pip//torch:*.so": undefined,
    'requirement("scikit-learn")': "scikit-learn",
    "pip_deps_torch.*": "torch*",
    pip_deps_torch: "torch",
    pypi_311_numpy: "numpy",
    pip_tools: "pip-tools",
    "\\.runfiles/.*pip_deps_torch.*": "torch*",
    ".*site-packages/torch/.*": "torch",
    ".*/site-packages/torch/lib/.*": undefined,
    "a b": undefined,
    "": undefined,
    "-x": undefined,
  };
  for (const [text, pattern] of Object.entries(expected)) assert.equal(packagePattern(text), pattern, text);
});

test("any text gives a pattern that can be matched, or none", () => {
  const random = new Random(1);
  const pieces = [
    "torch",
    "pip_",
    "pypi_311_",
    "@",
    "//",
    ":",
    ".*",
    "*",
    "site-packages/",
    "\\.",
    "/",
    "(",
    "[",
    "^",
    "$",
    " ",
    "é",
    "requirement(",
    '"',
    "-",
  ];
  let patterns = 0;
  for (let run = 0; run < 100_000; run++) {
    const text = Array.from({ length: random.below(6) + 1 }, () => pieces[random.below(pieces.length)]).join("");
    const pattern = packagePattern(text);
    if (pattern === undefined) continue;
    patterns++;
    assert.match(pattern, /^[a-z0-9*-]+$/, text);
    if (run % 100 === 0) assert.ok(globMatcher([pattern])(pattern.replaceAll("*", "x")), text);
  }
  assert.ok(patterns > 1000);
});
