import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { decide, matchesWithin, mayMatchBelow, parseIgnore } from "../../src/build/gitignore.ts";

/** Patterns, and files with what git says of them. */
const TABLE: readonly (readonly [patterns: string, ignored: readonly string[], kept: readonly string[]])[] = [
  ["*.log", ["a.log", "d/b.log"], ["a.logs", "log"]],
  ["/a.txt", ["a.txt"], ["d/a.txt"]],
  ["d/a.txt", ["d/a.txt"], ["e/d/a.txt"]],
  ["build/", ["build/x", "d/build/y"], ["d/e/building"]],
  ["build/", [], ["build"]],
  ["*\n!keep.txt", ["a", "d/a", "d/keep.txt"], ["keep.txt"]],
  ["d/*\n!d/keep", ["d/a", "d/b/c"], ["d/keep"]],
  ["**/logs", ["logs", "a/logs", "a/b/logs/x"], ["a/logsx"]],
  ["logs/**", ["logs/a", "logs/b/c"], ["x/logs/a"]],
  ["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["z", "b/a/z"]],
  ["a**z", ["abz", "d/az"], ["a/z"]],
  ["d/foo**x", ["d/fooyx"], ["d/foo/x"]],
  ["?.py", ["a.py", "d/b.py"], ["ab.py", ".py"]],
  ["[abc].txt", ["a.txt", "d/c.txt"], ["d.txt", "ab.txt"]],
  ["[!abc].txt", ["d.txt"], ["a.txt"]],
  ["[^a-c].txt", ["z.txt"], ["b.txt"]],
  ["[]x].t", ["].t", "x.t"], ["y.t"]],
  ["[a-].t", ["a.t", "-.t"], ["b.t"]],
  ["[[:digit:]].t", ["1.t"], ["a.t", ":.t"]],
  ["[[:alpha:]0]x", ["ax", "0x"], ["1x"]],
  ["[unclosed", [], ["[unclosed", "u"]],
  ["\\#file", ["#file"], ["file"]],
  ["#file", [], ["#file", "file"]],
  ["\\!file", ["!file"], ["file"]],
  ["trail ", ["trail"], ["trail "]],
  ["trail\\ ", ["trail "], ["trail"]],
  ["a\\*b", ["a*b"], ["axb"]],
  ["*/x", ["d/x"], ["x", "d/e/x"]],
  ["d/", ["d/x/y"], ["x/dd"]],
  ["!a\na", ["a"], ["b"]],
  ["a\n!a", [], ["a"]],
  ["sub/**/\n", ["sub/d/x"], ["sub/x"]],
  ["**", ["a", "b/c"], []],
  ["/*\n!/src", ["a", "b/c"], ["src/x"]],
  ["*.[oa]", ["x.o", "d/y.a"], ["x.oa"]],
  ["a*b*c*d*e", ["abcde", "aXbXcXdXe"], ["abcd"]],
  ["é?", ["éx"], ["é"]],
  ["a/b/", ["a/b/c"], ["x/a/b/c"]],
  ["**/foo/bar", ["foo/bar", "x/foo/bar"], ["foo/x/bar"]],
  ["/", [], ["a"]],
  ["a\\", [], ["a"]],
];

function isIgnored(patterns: string, file: string): boolean {
  const files = [{ base: [], rules: parseIgnore(patterns) }];
  const parts = file.split("/");
  return parts.some((_, index) => decide(files, parts.slice(0, index + 1), index < parts.length - 1) === true);
}

test("patterns mean what gitignore(5) says", () => {
  for (const [patterns, ignored, kept] of TABLE) {
    for (const file of ignored) assert.equal(isIgnored(patterns, file), true, `${JSON.stringify(patterns)} ${file}`);
    for (const file of kept) assert.equal(isIgnored(patterns, file), false, `${JSON.stringify(patterns)} ${file}`);
  }
});

test("the table is what git itself answers", (t) => {
  if (spawnSync("git", ["--version"]).status !== 0) return t.skip("git is not installed");
  const root = mkdtempSync(join(tmpdir(), "ociasm-gitignore-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  TABLE.forEach(([patterns, ignored, kept], index) => {
    const home = join(root, String(index));
    mkdirSync(home);
    execFileSync("git", ["init", "-q", home]);
    writeFileSync(join(home, ".gitignore"), patterns);
    for (const file of [...ignored, ...kept]) {
      mkdirSync(dirname(join(home, file)), { recursive: true });
      writeFileSync(join(home, file), "");
    }
    const answer = spawnSync(
      "git",
      ["-C", home, "-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "-z", "--stdin"],
      {
        input: [...ignored, ...kept].join("\0"),
        encoding: "utf8",
      },
    );
    assert.deepEqual(answer.stdout.split("\0").filter(Boolean).sort(), [...ignored].sort(), JSON.stringify(patterns));
  });
});

test("the rules of a folder further in win, and only inside it", () => {
  const files = [
    { base: [], rules: parseIgnore("*.log") },
    { base: ["d"], rules: parseIgnore("!keep.log\n/only.txt") },
  ];
  assert.equal(decide(files, ["keep.log"], false), true);
  assert.equal(decide(files, ["d", "keep.log"], false), false);
  assert.equal(decide(files, ["d", "only.txt"], false), true);
  assert.equal(decide(files, ["only.txt"], false), undefined);
  assert.equal(decide(files, ["d", "e", "only.txt"], false), undefined);
});

test("a pattern with a fixed start says which folders are worth a look", () => {
  const rules = parseIgnore("/dist/assets/*.js");
  assert.equal(mayMatchBelow(rules, ["dist"]), true);
  assert.equal(mayMatchBelow(rules, ["dist", "assets"]), true);
  assert.equal(mayMatchBelow(rules, ["node_modules"]), false);
  assert.equal(matchesWithin(parseIgnore("dist/"), ["dist", "a", "b"], false), true);
});

test("a pattern made to be slow is not", () => {
  const start = process.cpuUsage();
  assert.equal(isIgnored("*a".repeat(200), "a".repeat(199)), false);
  assert.equal(isIgnored(`${"**/".repeat(200)}x`, `${"a/".repeat(500)}y`), false);
  // Time of this process, not of a busy machine.
  assert.ok(process.cpuUsage(start).user < 2_000_000);
});
