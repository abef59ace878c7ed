import assert from "node:assert/strict";
import { test } from "node:test";
import { importedModules } from "../../src/analyze/imports.ts";

function modules(...lines: readonly string[]): readonly string[] {
  return [...importedModules(lines.join("\n"))].sort();
}

test("imports count wherever they stand", () => {
  assert.deepEqual(modules("import a, b.c as d", "from e.f import g"), ["a", "b", "e"]);
  assert.deepEqual(modules("def f():", "    import a; import b", "    from c import d"), ["a", "b", "c"]);
  assert.deepEqual(modules("try: import a", "except ImportError: a = None"), ["a"]);
  assert.deepEqual(modules("from . import a", "from .b import c"), []);
});

test("texts count only in a file that imports by name", () => {
  assert.deepEqual(modules('x = "a"'), []);
  assert.deepEqual(modules("from importlib import import_module", 'import_module("a.b")'), ["a", "importlib"]);
});

test("a hostile file costs no more than its length", () => {
  const start = performance.now();
  importedModules(`${" ".repeat(2_000_000)}import`);
  importedModules(`import_module\n${"import ".repeat(280)}\n`.repeat(1000));
  importedModules(`import_module\n${'"a'.repeat(1_000_000)}`);
  assert.ok(performance.now() - start < 60_000);
});
