import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { readIni } from "../../src/input/ini.ts";
import { Random } from "../support/random.ts";
import { needs } from "../support/tools.ts";

const PARSER = `
import configparser, json, sys
out = []
for text in json.load(sys.stdin):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    try:
        parser.read_string(text)
        out.append([[section, key, [line for line in value.split("\\n") if line]] for section in parser.sections() for key, value in parser.items(section)])
    except Exception:
        out.append(None)
json.dump(out, sys.stdout)
`;

const read = (text: string) =>
  readIni(text).options.map(({ section, key, lines }) => [
    section,
    key,
    lines.map((line) => line.text).filter((line) => line !== ""),
  ]);

test("values go on over lines that are indented more, and comments are left out", () => {
  const text = "[a]\nKey = 1\n  2\n\n  # no\n  3\nother: x = y\n[b]\n; no\nk=\n";
  assert.deepEqual(read(text), [
    ["a", "Key", ["1", "2", "3"]],
    ["a", "other", ["x = y"]],
    ["b", "k", []],
  ]);
  for (const { lines } of readIni(text).options) {
    for (const line of lines) assert.equal(text.slice(line.offset, line.offset + line.text.length), line.text);
  }
});

test("generated files come to what Python's RawConfigParser reads", (t) => {
  const python = process.env["OCIASM_TEST_PYTHON"];
  if (!needs(t, "OCIASM_TEST_PYTHON", python)) return;
  const random = new Random(51);
  const texts = Array.from({ length: 3000 }, () => {
    const lines = Array.from({ length: 1 + random.below(8) }, () =>
      random.pick([
        "[options]",
        "[options.extras_require]",
        "a = 1",
        "b:",
        "c =",
        "  x>1",
        "    y; z",
        "# c",
        "  # d",
        "; e",
        "",
        "  ",
        "\tw",
        "d=e=f",
        "g : h",
      ]),
    );
    return `[metadata]\n${lines.join("\n")}\n`;
  });
  const run = spawnSync(python ?? "", ["-c", PARSER], {
    input: JSON.stringify(texts),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(run.status, 0, run.stderr);
  const theirs = JSON.parse(run.stdout) as ([string, string, string[]][] | null)[];
  const wrong = texts.flatMap((text, index) => {
    const { options, problems } = readIni(text);
    const last = new Map(
      options.map(({ section, key, lines }) => [
        `${section}\0${key}`,
        lines.map((line) => line.text).filter((line) => line !== ""),
      ]),
    );
    const ours = problems.length > 0 ? null : [...last].map(([name, lines]) => [...name.split("\0"), lines]);
    const sorted = (value: readonly unknown[] | null | undefined) =>
      JSON.stringify(value?.map((one) => JSON.stringify(one)).sort() ?? null);
    return sorted(ours) === sorted(theirs[index]) ? [] : [JSON.stringify({ text, ours, theirs: theirs[index] })];
  });
  assert.deepEqual(wrong.slice(0, 10), []);
});
