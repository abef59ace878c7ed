import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { parseEntryPoints } from "../../src/python/entry-points.ts";
import { formatMarker, parseMarker } from "../../src/python/marker.ts";
import { markerEnvironment } from "../../src/python/marker-environment.ts";
import { evaluateMarker } from "../../src/python/marker-evaluation.ts";
import { parseMetadata } from "../../src/python/metadata.ts";
import type { Parsed } from "../../src/python/parsed.ts";
import { formatRecord, parseRecord } from "../../src/python/record.ts";
import { formatRequirement, parseRequirement } from "../../src/python/requirement.ts";
import { parseSdistName } from "../../src/python/sdist-name.ts";
import { formatSpecifierSet, parseSpecifierSet, specifierContains } from "../../src/python/specifier.ts";
import { compareVersions, formatVersion, parseVersion } from "../../src/python/version.ts";
import { parseWheelFile } from "../../src/python/wheel-metadata.ts";
import { explainMismatch } from "../../src/python/wheel-mismatch.ts";
import { parseWheelName } from "../../src/python/wheel-name.ts";
import { Random } from "../support/random.ts";
import { testTarget } from "../support/target.ts";

const ALPHABET = "01.9a-bcrz_ve!+~=<>*;,()[]\"'\\\n\r\t @:/#\0é\u{2028}";
const target = testTarget();
const environment = markerEnvironment(target);

/** The value; or the problem, once it has been seen to lie in the text and to say something. */
function accepted<T>(text: string, found: Parsed<T>): T | undefined {
  if (found.ok) return found.value;
  assert.ok(found.message.length > 0);
  assert.ok(found.offset >= 0 && found.offset <= text.length && found.length >= 1, JSON.stringify({ text, found }));
  return undefined;
}

/** Each takes any text, and checks that what it accepts it writes and reads again. */
const PARSERS: Readonly<Record<string, { readonly seeds: readonly [string, ...string[]]; run(text: string): void }>> = {
  version: {
    seeds: ["1!1.0a1.post2.dev3+local.4", "v1.0-ALPHA-1", "1.0-1"],
    run: (text) => {
      const version = parseVersion(text);
      if (version === undefined) return;
      const again = parseVersion(formatVersion(version));
      assert.ok(again && compareVersions(version, again) === 0, text);
    },
  },
  specifier: {
    seeds: [">=1.0,<2,!=1.5.*", "~=1.4.2", "===foo", "==1.0+a.1"],
    run: (text) => {
      const set = parseSpecifierSet(text);
      if (set === undefined) return;
      const again = parseSpecifierSet(formatSpecifierSet(set));
      assert.ok(again, text);
      assert.equal(specifierContains(set, "1.5"), specifierContains(again, "1.5"), text);
    },
  },
  marker: {
    seeds: ["python_version >= '3.8' and (os_name == 'a' or extra == 'b')", "'x' not in platform.version"],
    run: (text) => {
      const marker = accepted(text, parseMarker(text));
      if (marker === undefined) return;
      assert.deepEqual(parseMarker(formatMarker(marker)), { ok: true, value: marker }, text);
      try {
        evaluateMarker(marker, environment);
      } catch (error) {
        assert.ok(isOciasmError(error), text);
      }
    },
  },
  requirement: {
    seeds: [
      "foo[a,b] (>=1.0,<2) ; os_name == 'x'",
      "foo @ https://host.example/x ; extra == 'y'",
      "foo===1;os_name=='a'",
    ],
    run: (text) => {
      const requirement = accepted(text, parseRequirement(text));
      if (requirement === undefined) return;
      const once = formatRequirement(requirement);
      const again = accepted(once, parseRequirement(once));
      assert.ok(again, `${JSON.stringify(text)} ${once}`);
      assert.equal(formatRequirement(again), once, text);
    },
  },
  wheelName: {
    seeds: ["foo_bar-1.0+cpu-1a-cp311.cp312-abi3-manylinux_2_17_x86_64.musllinux_1_1_x86_64.whl"],
    run: (text) => {
      const name = accepted(text, parseWheelName(text));
      // The list of the target's tags is long: few are explained.
      if (name !== undefined && text.length % 64 === 0) assert.ok(explainMismatch(name, target).length > 0);
      accepted(text, parseSdistName(text));
    },
  },
  metadata: {
    seeds: ["Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: b\n c\n\nx"],
    run: (text) => void accepted(text, parseMetadata(text)),
  },
  wheelFile: {
    seeds: ["Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"],
    run: (text) => void accepted(text, parseWheelFile(text)),
  },
  record: {
    seeds: ['a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n"b""c",md5=AAAA,1\n'],
    run: (text) => {
      const rows = accepted(text, parseRecord(text));
      if (rows !== undefined)
        assert.deepEqual(parseRecord(formatRecord(rows)), { ok: true, value: rows }, JSON.stringify(text));
    },
  },
  entryPoints: {
    seeds: ["[console_scripts]\na = b.c:d [x]\n#\n[g]\ne=f\n"],
    run: (text) => {
      const { entryPoints, problems } = parseEntryPoints(text);
      for (const { line } of [...entryPoints, ...problems]) assert.ok(line >= 1);
    },
  },
};

for (const [name, { seeds, run }] of Object.entries(PARSERS)) {
  test(`a hundred thousand damaged inputs neither crash nor confuse the ${name} parser`, () => {
    const random = new Random(1);
    for (let count = 0; count < 100_000; count += 1) run(random.mutate(random.pick(seeds), ALPHABET));
  });
}

test("long hostile inputs take no longer than their length", () => {
  const pieces = [
    "1",
    "1.",
    "a",
    "a.",
    "-",
    "_",
    " ",
    "\t",
    "(",
    ")",
    "'",
    '"',
    "\\",
    ",",
    ";",
    "=",
    "==1,",
    "1.a",
    "[",
    "a,",
    "\n",
    "\n ",
    "a:",
    "é",
    "0",
    ".dev",
    "+a.",
    "x or ",
    "1!",
    "@ ",
  ];
  const heads = [
    "",
    "1.0",
    "1.0+a",
    "a",
    "a ; ",
    "a[",
    "a (",
    "a==",
    "a===",
    "os_name == '",
    "[g]\na=",
    "a @ ",
    "Name: a\n",
    '"',
    "a,sha256=",
  ];
  const start = performance.now();
  for (const head of heads) {
    for (const piece of pieces) {
      const text = `${head}${piece.repeat(Math.floor(10_000 / piece.length))}!`;
      for (const { run } of Object.values(PARSERS)) run(text);
    }
  }
  // 4,000 inputs of 10 kB: a quadratic parser would need minutes.
  assert.ok(performance.now() - start < 120_000, `${performance.now() - start} ms`);
});
