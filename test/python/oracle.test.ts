import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMarker, parseMarker } from "../../src/python/marker.ts";
import { markerEnvironment } from "../../src/python/marker-environment.ts";
import { evaluateMarker } from "../../src/python/marker-evaluation.ts";
import { formatRequirement, parseRequirement } from "../../src/python/requirement.ts";
import { parseSpecifierSet, specifierContains } from "../../src/python/specifier.ts";
import { compatiblePlatforms, compatibleTags } from "../../src/python/tags.ts";
import { compareVersions, formatVersion, parseVersion } from "../../src/python/version.ts";
import { parseWheelName } from "../../src/python/wheel-name.ts";
import { runPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { testTarget } from "../support/target.ts";

// Generated cases, answered by Python's packaging in one process.
const PROGRAM = `
import json, sys, warnings
warnings.simplefilter("ignore")
try:
    import packaging
    from packaging.version import Version
    from packaging.specifiers import SpecifierSet
    from packaging.markers import Marker
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name, parse_wheel_filename
    from packaging import tags
except ImportError:
    print("null"); sys.exit()
if tuple(map(int, packaging.__version__.split(".")[:2])) < (26, 3):
    print("null"); sys.exit()
def answer(kind, case):
    try:
        return globals()[kind](*case)
    except (ValueError, KeyError):
        return "error"
def version(text): return str(Version(text))
def order(a, b):
    a, b = Version(a), Version(b)
    return (a > b) - (a < b)
def contains(spec, text, pre): return SpecifierSet(spec).contains(text, prereleases=pre)
def specifier(text): return str(SpecifierSet(text))
def marker(text, ours): return str(Marker(text)) == str(Marker(ours))
def holds(text, environment): return Marker(text).evaluate(environment)
def requirement(text):
    r = Requirement(text)
    # PEP 508 wants a letter or digit at the end; packaging takes an underscore too.
    if any(name.endswith("_") for name in {r.name, *r.extras}): raise ValueError
    r.name, r.extras = canonicalize_name(r.name), set(map(canonicalize_name, r.extras))
    return str(r)
def wheel(text):
    name, version, build, found = parse_wheel_filename(text)
    return [name, str(version), [str(build[0]), build[1]] if build else None, sorted(map(str, found))]
def tag_list(version, abi, platforms):
    both = list(tags.cpython_tags(version, [abi], platforms))
    both += tags.compatible_tags(version, "cp%d%d" % tuple(version), platforms)
    return list(map(str, both))
def platforms(arch, family, libc):
    from packaging import _manylinux, _musllinux
    if family == "musl":
        _musllinux._get_musl_version = lambda _: _musllinux._MuslVersion(*libc)
        return list(_musllinux.platform_tags([arch]))
    _manylinux._have_compatible_abi = lambda *_: True
    _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(*libc)
    return list(_manylinux.platform_tags([arch]))
print(json.dumps([answer(kind, case) for kind, case in json.load(sys.stdin)]))
`;

type Case = readonly [kind: string, args: readonly unknown[]];

/** What packaging says of each case; undefined where it can't be asked. */
function ask(cases: readonly Case[]): readonly unknown[] | undefined {
  const output = runPython(PROGRAM, [], new TextEncoder().encode(JSON.stringify(cases)));
  const answers: unknown = output === undefined ? null : JSON.parse(output);
  return Array.isArray(answers) ? answers : undefined;
}

function checkAll(cases: readonly Case[], ours: readonly unknown[]): string | undefined {
  const theirs = ask(cases);
  if (theirs === undefined) return "python3 with packaging 26.3 is not on this machine";
  assert.equal(theirs.length, cases.length);
  const wrong = cases.map((each, index) => ({ each, ours: ours[index], theirs: theirs[index] }));
  assert.deepEqual(wrong.filter((row) => JSON.stringify(row.ours) !== JSON.stringify(row.theirs)).slice(0, 10), []);
  return undefined;
}

function randomVersion(random: Random): string {
  const number = () => random.pick(["0", "0", "1", "1", "2", "10", "007"]);
  const release = Array.from({ length: 1 + random.below(3) }, number).join(".");
  const epoch = random.pick(["", "", "", "", "1!", "0!"]);
  const pre = random.pick(["", "", "", "", "a1", "b0", ".rc1", "-alpha", "_c2", "preview2"]);
  const post = random.pick(["", "", "", "", "", ".post0", ".post1", "-1", "r2", ".rev"]);
  const dev = random.pick(["", "", "", "", "", ".dev0", ".dev1", "dev", "-dev2"]);
  const local = random.pick(["", "", "", "", "", "+abc", "+1", "+abc.1", "+1_a", "+01", "+abc.1.0"]);
  return epoch + release + pre + post + dev + local;
}

function randomSpecifier(random: Random): string {
  const operator = random.pick(["==", "!=", "<=", ">=", "<", ">", "~=", "==="]);
  const version = randomVersion(random);
  const bare = operator === "==" || operator === "!=" || operator === "===" ? version : version.split("+")[0];
  const wild =
    random.below(4) === 0 && /^[!=]=$/.test(operator) ? `${/^(?:\d+!)?[\d.]+\d|^\d/.exec(version)?.[0]}.*` : bare;
  return `${operator}${random.pick(["", "", " "])}${wild}`;
}

const randomSet = (random: Random) =>
  Array.from({ length: 1 + random.below(3) }, () => randomSpecifier(random)).join(",");

test("generated versions are read, written and sorted as packaging does", (t) => {
  const random = new Random(11);
  const cases: Case[] = [];
  for (let count = 0; count < 3000; count += 1) {
    const text = random.below(4) === 0 ? random.mutate(randomVersion(random), "01.ab-_+!v \n") : randomVersion(random);
    cases.push(["version", [text]], ["order", [randomVersion(random), randomVersion(random)]]);
  }
  const skip = checkAll(
    cases,
    cases.map(([kind, args]) => {
      const [a, b] = args.map((text) => parseVersion(String(text)));
      if (kind === "order") return a && b ? Math.sign(compareVersions(a, b)) : "error";
      return a === undefined ? "error" : formatVersion(a);
    }),
  );
  if (skip !== undefined) t.skip(skip);
});

test("generated specifier sets contain what packaging says", (t) => {
  const random = new Random(12);
  const cases: Case[] = [];
  for (let count = 0; count < 6000; count += 1) {
    const candidate = random.below(20) === 0 ? "not-a-version" : randomVersion(random);
    cases.push(["contains", [randomSet(random), candidate, random.pick([null, true, false])]]);
  }
  const skip = checkAll(
    cases,
    cases.map(([, args]) => {
      const set = parseSpecifierSet(String(args[0]));
      const prereleases = typeof args[2] === "boolean" ? args[2] : undefined;
      return set === undefined ? "error" : specifierContains(set, String(args[1]), { prereleases });
    }),
  );
  if (skip !== undefined) t.skip(skip);
});

function randomComparison(random: Random): string {
  const versioned = random.pick([
    "python_version",
    "python_full_version",
    "implementation_version",
    "platform_release",
  ]);
  const textual = random.pick([
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_system",
    "extra",
    "platform.version",
    "python_implementation",
  ]);
  const operator = random.pick(["==", "!=", "<", ">", "<=", ">=", "in", "not in", "~=", "==="]);
  const version = random.pick(["3.11", "3.8", "3.11.2", "3.12", "3.*", "3.11.*", "3", "3.11rc1", "3.10 3.11", "x", ""]);
  const word = random.pick([
    "linux",
    "posix",
    "Linux",
    "x86_64",
    "Foo_Bar",
    "foo-bar",
    "",
    "CPython",
    "a'b",
    "linux2 posix",
  ]);
  const [variable, value] = random.below(2) === 0 ? [versioned, version] : [textual, word];
  const quoted = value.includes("'") ? `"${value}"` : `'${value}'`;
  return random.below(3) === 0
    ? `${quoted} ${operator} ${variable}`
    : `${variable}${random.pick(["", " "])} ${operator} ${quoted}`;
}

function randomMarker(random: Random, depth: number): string {
  if (depth === 0 || random.below(3) === 0) return randomComparison(random);
  const one = randomMarker(random, depth - 1);
  if (random.below(4) === 0) return `(${one})`;
  return `${one} ${random.pick(["and", "or"])} ${randomMarker(random, depth - 1)}`;
}

const ENVIRONMENTS = [
  markerEnvironment(testTarget()),
  { ...markerEnvironment(testTarget({ python: "3.8.0" })), platform_release: "3.11.0", platform_version: "linux" },
  { ...markerEnvironment(testTarget({ python: "3.12.0rc1", platform: "arm64" })), os_name: "nt" },
];

test("generated markers hold where packaging says, and what we write means the same", (t) => {
  const random = new Random(13);
  const cases: Case[] = [];
  const ours: unknown[] = [];
  for (let count = 0; count < 600; count += 1) {
    const text = randomMarker(random, 3);
    const found = parseMarker(text);
    for (const environment of ENVIRONMENTS) {
      const extra = random.pick(["", "foo.bar", "FOO_bar"]);
      const value = found.ok ? attempt(() => evaluateMarker(found.value, environment, { extra })) : "error";
      for (const written of [text, found.ok ? formatMarker(found.value) : text]) {
        cases.push(["holds", [written, { ...environment, extra }]]);
        ours.push(value);
      }
    }
  }
  const skip = checkAll(cases, ours);
  if (skip !== undefined) t.skip(skip);
});

function attempt<T>(action: () => T): T | "error" {
  try {
    return action();
  } catch {
    return "error";
  }
}

test("damaged markers are refused where packaging refuses them", (t) => {
  const random = new Random(14);
  const texts = Array.from({ length: 4000 }, () =>
    random.mutate(randomComparison(random), "ab'\"\\x0() \t.=<>~!inotr"),
  );
  const written = texts.map((text) => {
    const found = parseMarker(text);
    return found.ok ? formatMarker(found.value) : undefined;
  });
  const skip = checkAll(
    texts.map((text, index) => ["marker", [text, written[index] ?? text]]),
    written.map((text) => (text === undefined ? "error" : true)),
  );
  if (skip !== undefined) t.skip(skip);
});

test("generated requirements are read and written as packaging does", (t) => {
  const random = new Random(15);
  const texts: string[] = [];
  for (let count = 0; count < 4000; count += 1) {
    const name = random.pick(["foo", "Foo.Bar", "a-_b", "x1"]);
    const extras = random.pick(["", "", "[]", "[a]", "[ B_b , a ]", "[a,A]"]);
    const set = random.pick(["", randomSet(random), ` (${randomSet(random)})`, ` ${randomSet(random)},`]);
    const source =
      random.below(5) === 0 ? `@ ${random.pick(["https://host.example/a?b#c", "file:///x", "git+ssh://x/y@z"])} ` : set;
    const marker = random.below(2) === 0 ? `;${random.pick(["", " "])}${randomComparison(random)}` : "";
    const text = `${random.pick(["", " "])}${name}${random.pick(["", " "])}${extras}${source}${marker}${random.pick(["", " ", "\t"])}`;
    texts.push(random.below(3) === 0 ? random.mutate(text, "a1.,;()[]<>=!~@ '\n*+") : text);
  }
  const skip = checkAll(
    texts.map((text) => ["requirement", [text]]),
    texts.map((text) => {
      const found = parseRequirement(text);
      return found.ok ? formatRequirement(found.value) : "error";
    }),
  );
  if (skip !== undefined) t.skip(skip);
});

test("generated wheel names are read as packaging does", (t) => {
  const random = new Random(16);
  const seed = "Foo_bar.x-1.0+l.1-1a-cp311.py3-abi3.none-manylinux_2_17_x86_64.any.whl";
  const texts = Array.from({ length: 3000 }, () =>
    random.mutate(random.below(2) === 0 ? seed : seed.replace("-1a", ""), "ab1.-_+!é "),
  );
  const skip = checkAll(
    texts.map((text) => ["wheel", [text]]),
    texts.map((text) => {
      const found = parseWheelName(text);
      if (!found.ok) return "error";
      const { name, version, build, tags } = found.value;
      return [
        name,
        formatVersion(version),
        build === undefined ? null : [build.number, build.suffix],
        [...new Set(tags)].sort(),
      ];
    }),
  );
  if (skip !== undefined) t.skip(skip);
});

test("tags come in packaging's order, but for linux_* at the end", (t) => {
  const cases: Case[] = [];
  const ours: unknown[] = [];
  for (const [python, freeThreaded] of [
    ["3.8.1", false],
    ["3.11.2", false],
    ["3.14.0", true],
    ["3.15.0", false],
  ] as const) {
    for (const libc of ["glibc:2.36", "glibc:2.12", "musl:1.2"] as const) {
      for (const platform of ["amd64", "arm64", "386", "riscv64"]) {
        const target = testTarget({ python, freeThreaded, libc, platform });
        const platforms = compatiblePlatforms(target);
        const architecture = platforms.at(-1)?.slice("linux_".length) ?? "";
        const version = python.split(".").map(Number).slice(0, 2);
        cases.push(["tag_list", [version, `cp${version.join("")}${freeThreaded ? "t" : ""}`, platforms]]);
        ours.push(compatibleTags(target));
        const [family, number = ""] = libc.split(":");
        cases.push(["platforms", [architecture, family, number.split(".").map(Number)]]);
        ours.push(platforms.slice(0, -1));
      }
    }
  }
  const skip = checkAll(cases, ours);
  if (skip !== undefined) t.skip(skip);
});
