import assert from "node:assert/strict";
import { test } from "node:test";
import { gauge, stackedBar } from "../../../src/cli/render/bar.ts";
import type { Canvas } from "../../../src/cli/render/canvas.ts";
import { renderTable } from "../../../src/cli/render/table.ts";

const log: Canvas = { columns: undefined, color: false };
const terminal: Canvas = { columns: 30, color: true };

test("a table lines its columns up, numbers to the right, and ends its lines without spaces", () => {
  const columns = [{ title: "name" }, { title: "size", align: "right" }, { title: "what" }] as const;
  const rows = [
    ["a", "1 B", ""],
    ["longer", "10 MB", "x"],
  ];
  assert.deepEqual(renderTable(columns, rows, log).split("\n"), [
    "  name     size  what",
    "  a         1 B",
    "  longer  10 MB  x",
  ]);
});

test("a terminal has its columns cut to fit, a log has them whole", () => {
  const columns = [{ gives: true }, { align: "right" }] as const;
  const row = ["x".repeat(60), "10 MB"];
  assert.equal(renderTable(columns, [row], { ...terminal, color: false }), `  ${"x".repeat(20)}…  10 MB`);
  assert.equal(renderTable(columns, [row], log), `  ${"x".repeat(60)}  10 MB`);
});

test("ink is a terminal's, and a name from an image can't bring its own", () => {
  const columns = [{ ink: "strong" }, {}] as const;
  const rows = [["a", { text: "b\u001b[2J\u202ec", ink: "bad" }]] as const;
  assert.equal(renderTable(columns, rows, log), "  a  b\\x1b[2J\\u{202e}c");
  assert.equal(renderTable(columns, rows, terminal), "  \u001b[1ma\u001b[0m  \u001b[31mb\\x1b[2J\\u{202e}c\u001b[0m");
});

test("bars are as long as their values, to an eighth, and drawn on terminals only", () => {
  const plain = { ...terminal, color: false };
  assert.equal(gauge(1, 2, 4, plain), "██");
  assert.equal(gauge(5, 16, 4, plain), "█▎");
  assert.equal(gauge(9, 2, 4, plain), "████");
  assert.equal(gauge(1, 0, 4, plain), "");
  assert.equal(gauge(1, 2, 4, log), "");
  const segments = [
    { value: 1, ink: "system" },
    { value: 2, ink: "package" },
    { value: 1, ink: "package" },
  ] as const;
  assert.equal(stackedBar(segments, 8, plain), "██▓▓▓▓██");
  assert.equal(stackedBar(segments.slice(0, 1), 2, terminal), "\u001b[34m██\u001b[0m");
  assert.equal(stackedBar([], 8, plain), "");
  assert.equal(stackedBar(segments, 8, log), "");
  assert.equal(stackedBar(segments, -2, terminal), "");
  assert.equal(gauge(1, 2, -2, terminal), "");
});
