import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMarker, type Marker, parseMarker } from "../../src/python/marker.ts";
import { markerEnvironment } from "../../src/python/marker-environment.ts";
import {
  evaluateMarker,
  type MarkerContext,
  type MarkerEnvironment,
  markerApplies,
} from "../../src/python/marker-evaluation.ts";
import { noPackagingRows, packagingRows } from "../support/packaging-rows.ts";
import { testTarget } from "../support/target.ts";

function marker(text: string): Marker {
  const found = parseMarker(text);
  assert.ok(found.ok, `${text}: ${found.ok ? "" : found.message}`);
  return found.value;
}

const environment = markerEnvironment(testTarget());

function evaluate(text: string, changes: Partial<MarkerEnvironment> = {}, context: MarkerContext = {}): boolean {
  return evaluateMarker(marker(text), { ...environment, ...changes }, context);
}

test("the environment is the target's, with its patch level and nothing of the host", () => {
  assert.deepEqual(markerEnvironment(testTarget({ python: "3.13.0rc2", platform: "arm/v7", libc: "musl:1.2" })), {
    implementation_name: "cpython",
    implementation_version: "3.13.0rc2",
    os_name: "posix",
    platform_machine: "armv7l",
    platform_python_implementation: "CPython",
    platform_release: "",
    platform_system: "Linux",
    platform_version: "",
    python_full_version: "3.13.0rc2",
    python_version: "3.13",
    sys_platform: "linux",
  });
  const machine = (platform: string) => markerEnvironment(testTarget({ platform })).platform_machine;
  assert.deepEqual(["amd64", "386", "arm64/v8", "arm/v6", "ppc64le", "s390x", "riscv64", "loong64"].map(machine), [
    "x86_64",
    "i686",
    "aarch64",
    "armv6l",
    "ppc64le",
    "s390x",
    "riscv64",
    "loongarch64",
  ]);
});

test("the real patch level decides, and versions compare as versions on either side", () => {
  assert.equal(evaluate("python_full_version < '3.11.3'"), true);
  assert.equal(evaluate("'3.9' <= python_version"), true);
  assert.equal(evaluate("python_version in '3.9 3.10 3.11'"), true);
  assert.equal(evaluate("python_full_version < '3.12'", { python_full_version: "3.11.1+" }), true);
});

test("text is never ordered: <= and >= ask for equality, < and > for nothing", () => {
  assert.equal(evaluate("sys_platform >= 'a'"), false);
  assert.equal(evaluate("sys_platform <= 'linux'"), true);
  assert.equal(evaluate("os_name > 'a'"), false);
  assert.equal(evaluate("platform_release >= '4.0'"), false);
});

test("a meaningless comparison is an error, also where the other half decides", () => {
  const bad = ["os_name ~= '2.7'", "os_name === 'posix'", "os_name == sys_platform", "'a' == 'a'", "'x' in extras"];
  for (const text of bad) {
    assert.throws(() => evaluate(text), { code: "INPUT_INVALID" }, text);
    assert.throws(() => evaluate(`os_name == 'nt' and ${text}`), { code: "INPUT_INVALID" }, text);
  }
});

test("extras and groups are sets in a lock, where extra is not known", () => {
  const lock = { extras: ["Foo_Bar"], dependencyGroups: ["dev"] };
  assert.equal(evaluate("'foo.bar' in extras and 'DEV' in dependency_groups", {}, lock), true);
  assert.equal(evaluate("'foo' in extras", {}, lock), false);
  assert.equal(evaluate("'foo' not in dependency_groups", {}, { extras: [] }), true);
  assert.throws(() => evaluate("extra == 'foo'", {}, lock), { code: "INPUT_INVALID" });
});

test("a requirement applies under any of the extras that were asked for", () => {
  const extra = marker("extra == 'socks'");
  assert.equal(markerApplies(extra, environment, []), false);
  assert.equal(markerApplies(extra, environment, ["http2", "Socks"]), true);
  assert.equal(markerApplies(undefined, environment), true);
  assert.equal(markerApplies(marker("extra != 'socks'"), environment, ["socks"]), false);
});

test("a marker keeps the parentheses that it needs and no other", () => {
  const text = (written: string) => formatMarker(marker(written));
  assert.equal(
    text("(os_name=='a' or os_name=='b') and (os_name=='c')"),
    '(os_name == "a" or os_name == "b") and os_name == "c"',
  );
  assert.equal(
    text("(os_name=='a' and os_name=='b') or os_name=='c'"),
    'os_name == "a" and os_name == "b" or os_name == "c"',
  );
  assert.equal(text("os.name == 'a\"b'"), "os_name == 'a\"b'");
  assert.equal(
    text("os_name == 'a\\x22b\\'c' and os_name == '\\\\n\\x0a'".replace("\\'", "\\x27")),
    'os_name == "a\\x22b\'c" and os_name == "\\\\n\\x0a"',
  );
});

test("a problem says where it is", () => {
  const offset = (text: string) => {
    const found = parseMarker(text);
    assert.ok(!found.ok, text);
    return `${found.offset} ${found.message}`;
  };
  assert.equal(offset("os_nam == 'x'"), "0 expected a marker variable or a quoted string");
  assert.match(offset("os_name = 'x'"), /^8 expected a marker operator/);
  assert.equal(offset("(os_name == 'x'"), "0 no closing parenthesis");
  assert.equal(offset("os_name == 'x' os_name"), "15 expected the end of the marker");
  assert.equal(offset("os_name == '\\x1'"), "11 invalid quoted string");
  assert.match(offset(`${"(".repeat(5000)}os_name == 'x'`), /nested/);
});

test("packaging's rows for the syntax of markers agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("markers");
  const valid = ["test_parses_valid", "test_parses_pep345_valid", "test_parses_setuptools_legacy_valid"];
  for (const name of valid) {
    for (const row of rows<{ marker_string: string }>(name)) {
      const read = marker(row.marker_string);
      assert.deepEqual(marker(formatMarker(read)), read, row.marker_string);
    }
  }
  for (const row of rows<{ marker_string: string }>("test_parses_invalid")) {
    assert.equal(parseMarker(row.marker_string).ok, false, row.marker_string);
  }
  for (const row of rows<{ line_break: string }>("test_parses_invalid_trailing_line_break")) {
    assert.equal(parseMarker(`python_version >= "3"${row.line_break}`).ok, false);
  }
  for (const row of rows<{ whitespace: string }>("test_parses_trailing_horizontal_whitespace")) {
    assert.deepEqual(marker(`python_version >= "3"${row.whitespace}`), marker('python_version >= "3"'));
  }
  for (const row of rows<{ marker_string: string; expected: string }>("test_parses_invalid_malformed_quoted_string")) {
    const found = parseMarker(row.marker_string);
    assert.ok(!found.ok);
    // packaging underlines the literal in the last of its three lines, which are indented by four.
    assert.equal(found.offset, (row.expected.split("\n").at(-1) ?? "").indexOf("~") - 4);
  }
  for (const row of rows<{ marker_string: string; expected: string }>("test_str_repr_eq_hash")) {
    assert.equal(formatMarker(marker(row.marker_string)), row.expected);
  }
  for (const row of rows<{ value: string; expected: string }>("test_value_serialize_chooses_quote_delimiter")) {
    const read: Marker = {
      type: "compare",
      left: { type: "variable", name: "os_name" },
      operator: "==",
      right: { type: "value", text: row.value },
    };
    assert.equal(formatMarker(read), `os_name == ${row.expected}`);
  }
  for (const { marker_str } of rows<{ marker_str: string }>("test_pickle_marker_roundtrip")) {
    assert.equal(formatMarker(marker(marker_str)), marker_str);
  }
  // The third pair differs by a grouping that means the same; see docs/python-standards.md.
  const pairs = rows<{ example1: string; example2: string }>("test_different_markers_different_hashes");
  for (const row of pairs) assert.notDeepEqual(marker(row.example1), marker(row.example2), JSON.stringify(row));
  for (const { variable } of rows<{ variable: string }>("test_membership_value_str_normalization")) {
    assert.equal(formatMarker(marker(`"S.P__A-M" in ${variable}`)), `"s-p-a-m" in ${variable}`);
  }
  for (const { variable } of rows<{ variable: string }>("test_membership_value_str_normalization_negated")) {
    assert.equal(formatMarker(marker(`"Foo_Bar" not in ${variable}`)), `"foo-bar" not in ${variable}`);
  }
});

test("packaging's rows for the evaluation of markers agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("markers");
  interface Row {
    readonly marker_string: string;
    readonly environment: Readonly<Record<string, string>> | null;
    readonly expected: boolean;
  }
  for (const name of ["test_evaluates", "test_evaluate_pep345_markers", "test_version_like_equality"]) {
    for (const row of rows<Row>(name)) {
      const { extra, ...changes } = row.environment ?? {};
      assert.equal(evaluate(row.marker_string, changes, { extra }), row.expected, JSON.stringify(row));
    }
  }
  const names = ["foo", "bar"];
  for (const row of rows<{ expression: string; variable: string; result: boolean }>(
    "test_extras_and_dependency_groups",
  )) {
    const context = row.variable === "extras" ? { extras: names } : { dependencyGroups: names };
    assert.equal(
      evaluate(row.expression.replaceAll("{0}", row.variable), {}, context),
      row.result,
      JSON.stringify(row),
    );
  }
  for (const { variable } of rows<{ variable: string }>("test_extras_and_dependency_groups_disallowed")) {
    assert.equal(evaluate(`"foo" in ${variable}`, {}, { extras: [] }), false);
    assert.throws(() => evaluate(`"foo" in ${variable}`), { code: "INPUT_INVALID" });
  }
  for (const row of rows<{ op: string; variable: string }>(
    "test_set_valued_marker_on_lhs_raises_undefined_comparison",
  )) {
    assert.throws(() => evaluate(`${row.variable} ${row.op} 'foo'`, {}, { extras: [] }), { code: "INPUT_INVALID" });
  }
});
