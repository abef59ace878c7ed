import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import type { LockInput } from "../../src/input/input.ts";
import { uvLock } from "../../src/input/uv-lock.ts";
import { selectPackages } from "../../src/resolve/select.ts";
import { Random } from "../support/random.ts";
import { testTarget } from "../support/target.ts";

const ROUNDS = 100_000;
const HEAD = 'version = 1\nrequires-python = ">=3.9"\n';
const INDEX = '{ registry = "https://i.example" }';

const SEEDS = [
  `${HEAD}conflicts = [[{ package = "p", extra = "x" }, { package = "p", group = "g" }]]
[[package]]
name = "p"
source = { virtual = "." }
dependencies = [{ name = "p", extra = ["x"], marker = "extra != 'extra-1-p-x'" }]
[package.optional-dependencies]
x = []
[package.dev-dependencies]
g = [{ name = "p", extra = ["x"] }]
`,
  `${HEAD}supported-markers = ["os_name == 'posix'"]
[manifest]
members = ["b", "c"]
requirements = [{ name = "b", marker = "os_name == 'posix'" }]
[[package]]
name = "b"
source = { virtual = "b" }
[[package]]
name = "c"
source = { git = "https://u:p@g.example/c?rev=1#0" }
`,
  `${HEAD}[[package]]
name = "p"
source = { editable = "." }
dependencies = [{ name = "d" }]
[[package]]
name = "d"
version = "1"
source = { url = "https://f.example/d-1-py3-none-any.whl" }
wheels = [{ url = "https://f.example/d-1-py3-none-any.whl", hash = "sha256:${"0".repeat(64)}", size = 3 }]
`,
  `${HEAD}resolution-markers = ["os_name == 'posix'"]
[manifest]
requirements = [{ name = "a" }]
[[package]]
name = "a"
version = "1"
source = ${INDEX}
resolution-markers = ["os_name == 'nt'"]
[[package]]
name = "a"
version = "2"
source = ${INDEX}
sdist = { path = "a.zip", upload-time = "2026-01-01T00:00:00Z" }
`,
] as const;

const ALPHABET = " \n\t\"'[]{}=,.#:/\\@-_012abcdegpx<>!\u0000\uFEFF\uD800é";
const TOKEN = /"[^"]*"|[\w-]+/g;
const LINES = SEEDS.flatMap((seed) => seed.split("\n"));
const TOKENS = [...SEEDS.join("\n").matchAll(TOKEN)].map(([token]) => token);
const TEXTS = TOKENS.filter((token) => token.startsWith('"'));
const WORDS = TOKENS.filter((token) => !token.startsWith('"'));
const ODD = ['"__proto__"', "constructor", '"extra-1-p-x"', "9".repeat(20), '""', "{}", "[]", '"."', "true"];

/** Drops, doubles and swaps lines and puts tokens where others stood: most of what comes out is still TOML. */
function shuffle(text: string, random: Random): string {
  const lines = text.split("\n");
  for (let count = 1 + random.below(2); count > 0; count--) {
    const at = random.below(lines.length);
    const kind = random.below(6);
    if (kind === 0) lines.splice(at, 1);
    else if (kind === 1) lines.splice(at, random.below(2), LINES[random.below(LINES.length)] ?? "");
    else lines[at] = replaceToken(lines[at] ?? "", random);
  }
  return lines.join("\n");
}

function replaceToken(line: string, random: Random): string {
  const places = [...line.matchAll(TOKEN)];
  const place = places[random.below(places.length || 1)];
  if (place === undefined) return line;
  const alike = place[0].startsWith('"') ? TEXTS : WORDS;
  const pool = random.below(4) === 0 ? ODD : alike;
  return line.slice(0, place.index) + pool[random.below(pool.length)] + line.slice(place.index + place[0].length);
}

function parse(text: string): LockInput | undefined {
  try {
    const readInclude = () => ({ path: "/p/pyproject.toml", text: '[tool.uv]\ndefault-groups = ["g"]\n' });
    return uvLock.parse(text, { file: "/p/uv.lock", environment: {}, readInclude });
  } catch (error) {
    assert.ok(isOciasmError(error), `${error}: ${JSON.stringify(text)}`);
    assert.equal(error.code, "INPUT_INVALID");
    assert.ok((error.location?.line ?? 0) > 0, `no place for ${error.message}: ${JSON.stringify(text)}`);
    return undefined;
  }
}

const TARGET = testTarget();

function select(input: LockInput, number: number): boolean {
  const extras = number % 3 === 0 ? ["x"] : [];
  const groups = number % 2 === 0 ? ["g"] : [];
  try {
    selectPackages(input, TARGET, { extras, groups, noDefaultGroups: number % 5 === 0 });
    return true;
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    assert.notEqual(error.code, "BUG");
    return false;
  }
}

const random = new Random(20_261_121);
const limit = Error.stackTraceLimit;
Error.stackTraceLimit = 0;
const started = performance.now();
let failure: unknown;
let read = 0;
let selected = 0;
try {
  for (let round = 0; round < ROUNDS; round++) {
    const seed = random.pick(SEEDS);
    const text = round % 3 === 0 ? random.mutate(seed, ALPHABET) : shuffle(seed, random);
    const input = parse(text);
    if (input === undefined) continue;
    read += 1;
    if (select(input, round)) selected += 1;
  }
} catch (error) {
  failure = error;
}
const seconds = (performance.now() - started) / 1000;
Error.stackTraceLimit = limit;

test("a mutated uv.lock is read and selected from, or refused with a place in the file", (t) => {
  t.diagnostic(`${ROUNDS} texts, ${read} read, ${selected} selected, ${seconds.toFixed(1)} s`);
  if (failure !== undefined) throw failure;
  assert.ok(read > ROUNDS / 20, `${read} read`);
  assert.ok(selected > ROUNDS / 100, `${selected} selected`);
});
