import assert from "node:assert/strict";
import { test } from "node:test";
import { numberIn, reasonOf } from "../../bench/_job.ts";
import { type Baseline, regressions, updated } from "../../bench/report/baseline.ts";
import { withTables } from "../../bench/report/page.ts";
import { type CaseResult, type Figure, medianOf, ratio, spread, spreads } from "../../bench/report/result.ts";
import { resultText, rounded } from "../../bench/report/table.ts";

const MACHINE = { cpu: "A CPU", cores: 2, memoryGiB: 24, kernel: "6.1", node: "v20.19.0" };

function result(figures: readonly Figure[], name = "cold"): CaseResult {
  const rows = [
    { subject: "ours", values: spreads([{ "wall s": 1 }, { "wall s": 3 }, { "wall s": 2, "image MB": 1234.5 }]) },
    { subject: "theirs", values: {}, missing: "crane is not here:\nnot | found" },
  ];
  return { case: name, machine: MACHINE, versions: { crane: "0.20" }, tables: [{ title: "Cold", rows }], figures };
}

test("keeps median, least, most and number of the rounds", () => {
  assert.deepEqual(spread([3, 1, 2]), { median: 2, least: 1, most: 3, rounds: 3 });
  assert.deepEqual(spread([4, 1, 2, 3]), { median: 2.5, least: 1, most: 4, rounds: 4 });
});

test("counts for a column the rounds that have it", () => {
  assert.equal(spreads([{ a: 1 }, { a: 3, b: 7 }])["b"]?.rounds, 1);
  assert.equal(spreads([{ a: 1 }, { a: 3, b: 7 }])["a"]?.median, 2);
});

test("makes no ratio of what was not measured", () => {
  const [table] = result([]).tables;
  const rows = table?.rows ?? [];
  assert.deepEqual(ratio("x", medianOf(rows, "ours", "wall s"), medianOf(rows, "theirs", "wall s"), 1), []);
  assert.deepEqual(ratio("x", 2, 0), []);
  assert.deepEqual(ratio("x", 3, 2, 1), [{ name: "x", value: 1.5, unit: "×", most: 1 }]);
});

test("writes a table with spreads, with why a row is empty, and with what is wanted", () => {
  const figures: Figure[] = [
    { name: "ours / theirs", value: 0.05, unit: "×", most: 1 / 15 },
    { name: "peak", value: 300, unit: "MB", most: 256 },
    { name: "growth", value: 1.01, unit: "" },
  ];
  assert.equal(
    resultText(result(figures)),
    `**Cold**

|  | wall s | image MB |
| --- | ---: | ---: |
| ours | 2.00 (1.00–3.00) | 1,235 |
| theirs | crane is not here: not \\| found |  |

| figure | seen | wanted |  |
| --- | ---: | ---: | ---: |
| ours / theirs | 0.050 × | ≤ 0.067 × | met |
| peak | 300 MB | ≤ 256 MB | **not met** |
| growth | 1.01 |  |  |`,
  );
});

test("rounds to three digits", () => {
  const rows = [
    [0.0123, "0.012"],
    [0.5, "0.500"],
    [1.234, "1.23"],
    [12.34, "12.3"],
    [123.4, "123"],
    [4122882.4, "4,122,882"],
  ] as const;
  for (const [value, text] of rows) assert.equal(rounded(value), text);
});

test("names ratios that are more than a fifth worse than the baseline's, and nothing else", () => {
  const baseline: Baseline = { cold: { "ours / theirs": 0.5, "ours / bound": 1 }, other: { "ours / theirs": 0.1 } };
  const figures: Figure[] = [
    { name: "ours / theirs", value: 0.61, unit: "×" },
    { name: "ours / bound", value: 1.2, unit: "×" },
    { name: "ours / new", value: 9, unit: "×" },
    { name: "peak", value: 999, unit: "MB" },
  ];
  assert.deepEqual(regressions(baseline, result(figures)), [
    { case: "cold", name: "ours / theirs", before: 0.5, now: 0.61 },
  ]);
});

test("updates the ratios of one case and keeps the others", () => {
  const baseline: Baseline = { warm: { a: 1 }, cold: { gone: 2, "ours / theirs": 3 } };
  const figures: Figure[] = [
    { name: "ours / theirs", value: 0.123456, unit: "×" },
    { name: "peak", value: 999, unit: "MB" },
  ];
  const made = updated(baseline, result(figures));
  assert.deepEqual(made, { cold: { gone: 2, "ours / theirs": 0.123 }, warm: { a: 1 } });
  assert.deepEqual(Object.keys(made), ["cold", "warm"]);
});

test("writes tables where a page wants them, and leaves those of cases that were not run", () => {
  const page = "# Page\n<!-- bench cold -->\nold\n<!-- end -->\ntext\n<!-- bench warm -->\nkept\n<!-- end -->\n";
  const written = withTables(page, [result([])]);
  assert.match(written, /2 × A CPU, 24 GiB, Linux 6\.1, node v20\.19\.0; crane 0\.20\.\n\n\*\*Cold\*\*/);
  assert.match(
    written,
    /# Page\n<!-- bench cold -->[\s\S]*<!-- end -->\ntext\n<!-- bench warm -->\nkept\n<!-- end -->\n$/,
  );
  assert.doesNotMatch(written, /\nold\n/);
  assert.equal(withTables(written, [result([])]), written);
});

test("says by a message's first line and its last why a peer has no figures, and keeps the folders of this machine out", () => {
  const reason = reasonOf(
    new Error('buildah --root /tmp/x/y: exit 1\n#1 done\nError: open "/srv/a b/c": http://127.0.0.1:5000/v2/ failed\n'),
  );
  assert.equal(reason, 'buildah --root …/y: exit 1: Error: open "…/a b/c": http://127.0.0.1:5000/v2/ failed');
  assert.equal(reasonOf("not here"), "not here");
});

test("finds the version in what a program says of itself", () => {
  assert.equal(numberIn("pip 26.3 from /somewhere (python 3.11)"), "26.3");
  assert.equal(numberIn("buildctl github.com/moby/buildkit v0.27.1 1f2e3d"), "0.27.1");
  assert.equal(numberIn("crane"), "crane");
});
