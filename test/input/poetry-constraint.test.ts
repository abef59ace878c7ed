import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { poetryConstraint } from "../../src/input/poetry-constraint.ts";
import { poetryPython, poetryRequiresPython } from "../../src/input/poetry-python.ts";
import { parseMarker } from "../../src/python/marker.ts";
import { markerEnvironment } from "../../src/python/marker-environment.ts";
import { evaluateMarker } from "../../src/python/marker-evaluation.ts";
import { parseSpecifierSet, specifierContains } from "../../src/python/specifier.ts";
import { Random } from "../support/random.ts";
import { testTarget } from "../support/target.ts";
import { needs } from "../support/tools.ts";

const translated = (text: string) => poetryConstraint(text)?.map(({ specifiers }) => specifiers);

test("carets, tildes, stars and bare versions become PEP 440", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["^1.2.3", ">=1.2.3,<2.0.0"],
    ["^1.2", ">=1.2,<2.0"],
    ["^1", ">=1,<2"],
    ["^0.2.3", ">=0.2.3,<0.3.0"],
    ["^0.0.3", ">=0.0.3,<0.0.4"],
    ["^0.0", ">=0.0,<0.1"],
    ["^0", ">=0,<1"],
    ["^0.0.0.4", ">=0.0.0.4,<0.0.1.0"],
    ["^1.0.0a1", ">=1.0.0a1,<2.0.0"],
    ["^1!2.0", ">=1!2.0,<1!3.0"],
    ["~1.2.3", ">=1.2.3,<1.3.0"],
    ["~1.2", ">=1.2,<1.3"],
    ["~1", ">=1,<2"],
    ["~=1.2.3", "~=1.2.3"],
    ["~=1", ">=1,<2"],
    ["*", ""],
    ["1.*", "==1.*"],
    ["==1.2.*", "==1.2.*"],
    ["!=1.2.*", "!=1.2.*"],
    ["1.*.*", "==1.*"],
    ["1.2.3", "==1.2.3"],
    ["=1.2.3", "==1.2.3"],
    ["v1.0", "==1.0"],
    [">=3.5.*", ">=3.5"],
    [">= 1.0, < 2.0", ">=1.0,<2.0"],
    [">=1.0 <2.0", ">=1.0,<2.0"],
    ["^1.0,!=1.5,", ">=1.0,<2.0,!=1.5"],
    ["==2.0+cpu", "==2.0+cpu"],
    [">=2.0+cpu", ">=2.0"],
  ];
  for (const [text, expected] of rows) assert.deepEqual(translated(text), [expected], text);
});

test("alternatives stay apart, and one that takes everything takes it all", () => {
  assert.deepEqual(translated("^1.0 || ~2.1|3.0"), [">=1.0,<2.0", ">=2.1,<2.2", "==3.0"]);
  assert.deepEqual(translated("^1.0 || *"), [""]);
});

test("what Poetry does not read is undefined", () => {
  for (const text of [
    "",
    "||",
    "^1.0 ||",
    "latest",
    "^",
    "^1.*",
    "<>1",
    "===1",
    "1.0 - 2.0",
    ">=1,,<2",
    "^1".repeat(900),
  ]) {
    assert.equal(translated(text), undefined, text.slice(0, 20));
  }
});

test("python = becomes a marker that asks for as many numbers as were given", () => {
  assert.equal(poetryPython("^3.9"), 'python_version >= "3.9" and python_version < "4.0"');
  assert.equal(poetryPython("3.9"), 'python_version == "3.9"');
  assert.equal(poetryPython("3"), 'python_full_version == "3.*"');
  assert.equal(poetryPython(">=3.9.2,<3.13"), 'python_full_version >= "3.9.2" and python_version < "3.13"');
  assert.equal(poetryPython(">3.9"), 'python_full_version > "3.9"');
  assert.equal(
    poetryPython("<3.8 || ~3.11"),
    'python_version < "3.8" or (python_version >= "3.11" and python_version < "3.12")',
  );
  assert.equal(poetryPython("*"), "");
  assert.equal(poetryPython("snake"), undefined);
});

test("python-versions become one specifier set, gaps between alternatives left out", () => {
  assert.equal(poetryRequiresPython("^3.9"), ">=3.9,<4.0");
  assert.equal(poetryRequiresPython("3.9"), "==3.9.*");
  assert.equal(poetryRequiresPython("*"), "");
  assert.equal(poetryRequiresPython("~2.7 || ^3.3"), ">=2.7,!=3.0.*,!=3.1.*,!=3.2.*");
  assert.equal(poetryRequiresPython("3.8.* || 3.10.*"), ">=3.8,<3.11,!=3.9.*");
  assert.equal(poetryRequiresPython("3.9.2 || >=3.11"), ">=3.9,!=3.10.*");
});

const ORACLE = `
import json, sys
from poetry.core.constraints.version import Version, parse_constraint, parse_marker_version_constraint
from poetry.core.packages.utils.utils import create_nested_marker
from poetry.core.version.markers import parse_marker
def holds(constraint, python):
    marker = parse_marker(create_nested_marker("python_version", constraint))
    return marker.validate({"python_full_version": python, "python_version": ".".join(python.split(".")[:2])})
out = []
for kind, text, versions in json.load(sys.stdin):
    try:
        constraint = (parse_constraint if kind == "version" else parse_marker_version_constraint)(text)
    except ValueError:
        out.append(None)
        continue
    allows = (lambda v: constraint.allows(Version.parse(v))) if kind == "version" else (lambda v: holds(constraint, v))
    out.append([not constraint.is_empty() and allows(version) for version in versions])
json.dump(out, sys.stdout)
`;

const VERSIONS = [
  "0",
  "0.0.1",
  "0.0.4",
  "0.1.0",
  "0.2.3",
  "0.9",
  "1.0a1",
  "1.0",
  "1.1.dev1",
  "1.2",
  "1.2.3",
  "1.2.9",
  "1.3",
  "2.0.dev0",
  "2.0a1",
  "2.0",
  "2.0.1",
  "3",
  "10.2",
];
const PYTHONS = ["2.7.18", "3.0.1", "3.8.0", "3.9.0", "3.9.1", "3.9.20", "3.10.0", "3.11.4", "3.12.1", "4.0.0"];

function randomClause(random: Random, versions: readonly [string, ...string[]]): string {
  const operator = random.pick(["^", "~", "~=", ">=", "<", "<=", ">", "==", "=", "!=", "", ""]);
  const version = random.pick(versions);
  // PEP 440 has no 1.0a1.*.
  const star = random.below(6) === 0 && !version.includes("a") ? ".*" : "";
  return `${operator}${random.pick(["", "", " "])}${version}${star}`;
}

function randomConstraint(random: Random, versions: readonly [string, ...string[]]): string {
  const one = () =>
    Array.from({ length: 1 + random.below(3) }, () => randomClause(random, versions)).join(
      random.pick([",", ", ", " ", " , "]),
    );
  const text = Array.from({ length: random.below(4) === 0 ? 2 : 1 }, one).join(random.pick([" || ", "||", "|"]));
  // poetry-core reads <> as ==.
  return random.below(10) === 0 ? random.mutate(text, "1.,|^~*<>= ").replaceAll("<>", "<") : text;
}

type Question = readonly ["version" | "python", string, readonly string[]];

function ask(
  t: Parameters<typeof needs>[0],
  questions: readonly Question[],
): readonly (readonly boolean[] | null)[] | undefined {
  const python = process.env["OCIASM_TEST_PYTHON"];
  if (!needs(t, "OCIASM_TEST_PYTHON", python)) return undefined;
  const options = { input: JSON.stringify(questions), encoding: "utf8", maxBuffer: 2 ** 28 } as const;
  const run = spawnSync(python ?? "", ["-c", ORACLE], options);
  if (run.status === 0) return JSON.parse(run.stdout) as (readonly boolean[] | null)[];
  if (/No module named 'poetry/.test(run.stderr)) {
    needs(t, "poetry-core in OCIASM_TEST_PYTHON", undefined);
    return undefined;
  }
  throw new Error(run.stderr);
}

test("generated constraints allow the versions that poetry-core says", (t) => {
  const random = new Random(31);
  const parts = [
    "0",
    "0.0",
    "0.0.3",
    "0.2",
    "0.2.3",
    "1",
    "1.0",
    "1.2",
    "1.2.3",
    "1.0a1",
    "2.0",
    "2.0.0",
    "2",
  ] as const;
  const questions: Question[] = Array.from({ length: 4000 }, () => [
    "version",
    randomConstraint(random, [...parts]),
    VERSIONS,
  ]);
  const theirs = ask(t, questions);
  if (theirs === undefined) return;
  const wrong = questions.flatMap(([, text], index) => {
    const ours = translated(text)?.map((specifiers) => parseSpecifierSet(specifiers) ?? assert.fail(text));
    const allowed =
      ours === undefined ? null : VERSIONS.map((version) => ours.some((set) => specifierContains(set, version)));
    return JSON.stringify(allowed) === JSON.stringify(theirs[index])
      ? []
      : [{ text, ours: translated(text), differ: VERSIONS.filter((_, at) => allowed?.[at] !== theirs[index]?.[at]) }];
  });
  assert.deepEqual(wrong.slice(0, 12), []);
});

const meetsInPoint = (text: string): boolean =>
  text
    .split("|")
    .some(
      (one) =>
        one.trim().split(/[, ]+(?=[^\d ])|(?<=\d)[, ]+/).length > 1 && /(?:^|[^~<>!])=|<=|(?:^|[, ])\d/.test(one),
    );

function holds(marker: string, python: string): boolean {
  const parsed = parseMarker(marker);
  assert.ok(parsed.ok, marker);
  return evaluateMarker(parsed.value, markerEnvironment(testTarget({ python })), {});
}

test("generated python constraints hold for the Pythons that poetry-core says", (t) => {
  const random = new Random(32);
  const parts = ["2.7", "3.0", "3.8", "3.9", "3.9.1", "3.10", "3.12.1", "4.0"] as const;
  // Where bounds meet in one point, such as 3.9, Poetry takes it for the whole of 3.9.x or for 3.9.0 alone.
  const texts = Array.from({ length: 3000 }, () => randomConstraint(random, [...parts])).filter(
    (text) => !meetsInPoint(text),
  );
  assert.ok(texts.length > 500);
  const questions: Question[] = texts.map((text) => ["python", text, PYTHONS]);
  const theirs = ask(t, questions);
  if (theirs === undefined) return;
  const wrong = questions.flatMap(([, text], index) => {
    const marker = poetryPython(text);
    const allowed = marker === undefined ? null : PYTHONS.map((python) => marker === "" || holds(marker, python));
    return JSON.stringify(allowed) === JSON.stringify(theirs[index])
      ? []
      : [{ text, marker, differ: PYTHONS.filter((_, at) => allowed?.[at] !== theirs[index]?.[at]) }];
  });
  assert.deepEqual(wrong.slice(0, 12), []);
});
