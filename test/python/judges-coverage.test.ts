import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { noPackagingRows, packagingModules } from "../support/packaging-rows.ts";

const OBJECTS = "about Python's objects: pickling, hashing, repr, operators between types";
const HOST = "about the interpreter that runs packaging; a target here is described, never looked at";
const POLICY = "about a set with a pre-release policy of its own; here the resolver has one for all";
const BACK = "about writing a range as specifiers; here ranges are shown, and never become specifiers again";

/** Rows of packaging's tests that nothing here runs, and why. docs/python-standards.md says it too. */
const OUT_OF_SCOPE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  markers: { test_accepts_value: OBJECTS, test_str: OBJECTS, test_repr: OBJECTS },
  ranges: {
    test_repr: OBJECTS,
    test_roundtrip: BACK,
    test_dev0_span_roundtrips_every_policy: BACK,
    test_prerelease_free_recovery_spelling: BACK,
    test_epoch_zero_family_floor_roundtrips: BACK,
    test_prerelease_only_empty_when_policy_excludes: POLICY,
    test_non_prerelease_bounds_survive: POLICY,
  },
  requirements: { test_pickle_requirement_preserves_prereleases: OBJECTS },
  specifiers: {
    test_filter_equivalent: POLICY,
    test_to_specifier_set_roundtrip_matches: BACK,
    test_set_relations_raise_on_prerelease_policy_mismatch: POLICY,
    test_set_relations_require_specifierset: OBJECTS,
    test_set_relations_reject_arbitrary_equality: "=== stands outside of ranges here, so no relation is asked of it",
    test_unsatisfiable_prereleases_false: POLICY,
    test_satisfiable_prereleases_false: POLICY,
    test_specifier_filter_with_key: OBJECTS,
    test_specifierset_filter_with_key: OBJECTS,
    test_empty_specifierset_filter_with_key: OBJECTS,
    test_pickle_specifier_roundtrip: OBJECTS,
    test_pickle_specifierset_roundtrip: OBJECTS,
    test_specifier_construction_is_lazy: OBJECTS,
    test_specifierset_construction_is_lazy: OBJECTS,
  },
  tags: {
    test_sys_version_info: HOST,
    test_architectures: HOST,
    test_binary_formats: HOST,
    test_arch_detection: HOST,
    test_macos_11: HOST,
    test_linux_platforms_not_manylinux_abi: HOST,
    test_platform_tags: HOST,
    test_debug: HOST,
    test__debug_cp38: HOST,
    test_pymalloc: HOST,
    test_wide_unicode: HOST,
    test_skip_redundant_abis: HOST,
    test__generic_abi_error: HOST,
    test__generic_abi_cpython_missing_version: HOST,
    test_abi_unspecified: HOST,
    test_interpreter_name: HOST,
    test_linux_use_manylinux_compatible: HOST,
    test_32bit_interpreter: HOST,
    test_create_compatible_tags_selector: "about tags that are no tags; wheel-choice.test.ts sorts real ones",
  },
  utils: {
    test_parse_wheel_unsorted_tags_invalid_with_validate: "about an option that an installer must not set",
  },
  version: {
    test_non_string_versions_raise_invalid_version: OBJECTS,
    test_dunder_op_returns_notimplemented: OBJECTS,
    test_compare_other: OBJECTS,
    test_base_version_notimplemented_with_non_base_version: OBJECTS,
  },
};

/** The names in quotes, and those that a template makes, in every compiled test. */
function namesInTests(): readonly RegExp[] {
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".test.js") && !file.endsWith("judges-coverage.test.js"),
  );
  const names = new Set<string>();
  for (const file of files) {
    for (const match of readFileSync(join(folder, file), "utf8").matchAll(
      /["`](test_(?:\w|\$\{(?:[^`{}]|\n)*\})+)["`]/g,
    )) {
      names.add(match[1] ?? "");
    }
  }
  return [...names].map((name) => new RegExp(`^${name.replace(/\$\{[^}]*\}/g, "[a-z]*")}$`));
}

test("every row of packaging's tests is run here, or listed with the reason why not", { skip: noPackagingRows }, () => {
  const patterns = namesInTests();
  const runs = (name: string): boolean => patterns.some((pattern) => pattern.test(name));
  const forgotten: string[] = [];
  const listedTwice: string[] = [];
  let total = 0;
  for (const [module, names] of packagingModules()) {
    for (const name of names) {
      total += 1;
      const isListed = OUT_OF_SCOPE[module]?.[name] !== undefined;
      // A name such as test_repr may be run for another module.
      if (!runs(name) && !isListed) forgotten.push(`${module}: ${name}`);
    }
    for (const name of Object.keys(OUT_OF_SCOPE[module] ?? {})) {
      if (!names.includes(name)) listedTwice.push(`${module} has no ${name}`);
      if (runs(name)) listedTwice.push(`${module}: ${name} is run after all`);
    }
  }
  assert.ok(total > 150, String(total));
  assert.deepEqual([forgotten, listedTwice], [[], []]);
});
