import assert from "node:assert/strict";
import { test } from "node:test";
import { formatRequirement, parseRequirement, type Requirement } from "../../src/python/requirement.ts";
import { specifierKey } from "../../src/python/specifier.ts";
import { noPackagingRows, packagingRows } from "../support/packaging-rows.ts";

function requirement(text: string): Requirement {
  const found = parseRequirement(text);
  assert.ok(found.ok, `${text}: ${found.ok ? "" : found.message}`);
  return found.value;
}

function refusal(text: string): string {
  const found = parseRequirement(text);
  assert.ok(!found.ok, text);
  return `${found.offset}+${found.length} ${found.message}`;
}

const text = (written: string) => formatRequirement(requirement(written));

test("a requirement is read with all its parts, names normalised", () => {
  assert.equal(
    text(" Foo.Bar [ B_b , a,a ] (>=1.0 , <2,) ; python_version>'3'"),
    'foo-bar[a,b-b]<2,>=1.0; python_version > "3"',
  );
  assert.equal(
    text("foo@https://files.example/foo-1.0-py3-none-any.whl#sha256=ab;c ; os_name=='nt'"),
    'foo @ https://files.example/foo-1.0-py3-none-any.whl#sha256=ab;c ; os_name == "nt"',
  );
  assert.equal(text("foo @ git+https://host.example/x.git"), "foo @ git+https://host.example/x.git");
  assert.equal(text("foo===a/b"), "foo===a/b");
});

test("a problem says what it wants and where", () => {
  assert.equal(refusal(""), "0+1 expected a package name at the start");
  assert.equal(refusal("==0.0"), "0+1 expected a package name at the start");
  assert.equal(refusal("name[bar baz]"), "9+1 expected a comma between extras");
  assert.equal(refusal("name[bar, baz,]"), "14+1 expected the name of an extra after the comma");
  assert.equal(refusal("name (>= 1.0"), "5+8 no closing parenthesis");
  assert.equal(refusal("black (>=20.*)"), "7+5 .* can only be used with == and !=");
  assert.equal(
    refusal("name==1.2.3.post4.*"),
    "4+14 .* cannot follow a pre-release, post-release, development or local version",
  );
  assert.equal(refusal("name>=1+local"), "4+4 a local version can only be used with == and !=");
  assert.equal(refusal("name[bar, baz"), "4+10 no closing bracket after the extras");
  assert.match(
    refusal("name @ https://url.example/; extra == 'x'"),
    /^7\+\d+ expected a semicolon \(after URL and space\) or the end/,
  );
  assert.equal(refusal("name @ "), "7+1 expected a URL after @");
  assert.equal(refusal("name; invalid_name"), "6+1 expected a marker variable or a quoted string");
  assert.match(refusal("name; '3.7' notin python_version"), /^12\+1 expected a marker operator/);
  assert.equal(refusal("name; '3.7' not python_version"), "16+1 expected 'in' after 'not'");
  assert.equal(refusal("name 1.0"), "5+1 expected a version specifier, a semicolon or the end");
  assert.equal(refusal("name>=1 <2"), "8+1 expected a comma, a semicolon or the end");
  assert.match(refusal("demo===x,y"), /^4\+\d+ invalid version specifier "===x,y"$/);
});

test("packaging's rows for requirements agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("requirements");
  for (const row of rows<{ input_req: string; norm_req: string }>("test_normalized_requirements")) {
    assert.deepEqual(requirement(row.input_req), requirement(row.norm_req));
    assert.equal(text(row.input_req), row.norm_req);
  }
  for (const row of rows<{ marker: string }>("test_valid_marker")) requirement(`name; ${row.marker}`);
  for (const row of rows<{ url: string }>("test_file_url")) assert.equal(requirement(`name @ ${row.url}`).url, row.url);
  for (const row of rows<{ requirement: string; line_break: string }>("test_error_when_suffixed_with_line_break")) {
    refusal(row.requirement + row.line_break);
  }
  for (const row of rows<{ whitespace: string }>("test_trailing_horizontal_whitespace")) {
    assert.equal(text(`name>=1${row.whitespace}`), "name>=1");
  }
  for (const row of rows<{ operator: string }>("test_error_when_prefix_match_uses_post_release")) {
    refusal(`name ${row.operator} 1.2.3.post4.*`);
  }
  for (const row of rows<{ operator: string }>("test_error_when_local_version_label_is_used_incorrectly")) {
    refusal(`name ${row.operator} 1.0+local.version.label`);
  }
  for (const row of rows<{ to_parse: string; expected: string }>("test_error_invalid_marker_malformed_quoted_string")) {
    const column = (row.expected.split("\n").at(-1) ?? "").indexOf("~") - 4;
    assert.match(refusal(row.to_parse), new RegExp(`^${column}\\+\\d+ invalid quoted string$`));
  }
  for (const row of rows<{ marker: string; extras: string; url_or_specifier: string }>("test_str_and_repr")) {
    const written = `name${row.extras}${row.url_or_specifier}${row.marker}`;
    assert.equal(text(written), written.trim());
  }
  for (const { req_str } of rows<{ req_str: string }>("test_pickle_requirement_roundtrip")) {
    assert.equal(text(text(req_str)), text(req_str));
  }
  for (const row of rows<{ invalid_requirement: string }>("test_pickle_requirement_setstate_rejects_invalid_string")) {
    refusal(row.invalid_requirement);
  }
});

test("packaging's rows for equal requirements agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("requirements");
  const meaning = (written: string) => {
    const { specifiers, ...rest } = requirement(written);
    return { ...rest, clauses: specifiers.specifiers.map(specifierKey).sort() };
  };
  const names = ["test_equal_reqs_equal_hashes", "test_equivalent_reqs_equal_hashes_unequal_strings"];
  for (const row of names.flatMap((name) => rows<{ dep1: string; dep2: string }>(name))) {
    assert.deepEqual(meaning(row.dep1), meaning(row.dep2));
  }
  for (const row of rows<{ dep1: string; dep2: string }>("test_different_reqs_different_hashes")) {
    assert.notDeepEqual(meaning(row.dep1), meaning(row.dep2));
  }
});
