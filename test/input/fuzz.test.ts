import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import type { InputContext, InputFormat } from "../../src/input/input.ts";
import { logicalLines } from "../../src/input/logical-lines.ts";
import { pylock } from "../../src/input/pylock.ts";
import { requirementsTxt } from "../../src/input/requirements-txt.ts";
import { shellWords } from "../../src/input/shell-words.ts";
import { tomlPositions } from "../../src/input/toml-positions.ts";
import { damaged, someOf } from "../support/damaged-text.ts";
import { Random } from "../support/random.ts";

// Most inputs are refused, and nobody reads these stacks.
Error.stackTraceLimit = 0;

const HASH = "a".repeat(64);

const REQUIREMENTS = [
  `foo[x]==1.0 ; python_version < "3" \\\n  --hash=sha256:${HASH}\n`,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: pip expands it
  "--index-url https://${USER}@index.example/simple\n-f ./x --no-binary :all:,b\n",
  `a @ https://f.example/a-1-py3-none-any.whl#sha256=${HASH} ; os_name == 'nt'\n`,
  "-r other.txt\n-c 'a b'\n-e git+https://x/y.git@z#egg=a[b]\n",
  "./x-1.tar.gz\n# comment \\\nb===weird\n",
];
const PYLOCK = [
  'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\nversion = "1"\nmarker = "os_name == \'nt\'"\n',
  `[[packages.wheels]]\nurl = "https://f.example/a-1-py3-none-any.whl"\nhashes = {sha256 = "${HASH}"}\n`,
  "[packages.sdist]\npath = './a'\n[packages.archive]\nsize = 0x1F\nupload-time = 2020-01-01T00:00:00Z\n",
  'environments = ["os_name == \'x\'"]\n"q\\"k".\'l\' = """\nx""""\n',
];
// biome-ignore lint/suspicious/noTemplateCurlyInString: pip expands it
const TOKENS = ["${A}"];

function broken(parts: readonly string[], random: Random): string {
  return damaged(someOf(parts, random, 3).join(""), random, 5, TOKENS);
}

const context: InputContext = {
  file: "/p/x",
  environment: { USER: "u", A: "a b" },
  readInclude: (path) => (path === "other.txt" ? { path: "/p/other.txt", text: "-r x" } : undefined),
};

function endures(format: InputFormat, text: string): "read" | "refused" {
  try {
    format.parse(text, context);
    return "read";
  } catch (error) {
    if (!isOciasmError(error)) throw new Error(`${format.name} fell over ${JSON.stringify(text)}`, { cause: error });
    assert.notEqual(error.code, "BUG");
    for (const { location } of [error, ...error.problems]) {
      if (location === undefined) continue;
      assert.ok(
        location.line >= 1 && location.column >= 1 && (location.length ?? 1) >= 1,
        JSON.stringify([text, location]),
      );
    }
    return "refused";
  }
}

test("damaged requirements files are read or refused, never more", () => {
  const random = new Random(0x5eed);
  const seen = { read: 0, refused: 0 };
  for (let count = 0; count < 100_000; count++) seen[endures(requirementsTxt, broken(REQUIREMENTS, random))] += 1;
  assert.ok(seen.read > 100 && seen.refused > 1000, JSON.stringify(seen));
});

test("damaged locks are read or refused, never more", () => {
  const random = new Random(0x10c4);
  const seen = { read: 0, refused: 0 };
  for (let count = 0; count < 100_000; count++) seen[endures(pylock, broken(PYLOCK, random))] += 1;
  assert.ok(seen.refused > 1000, JSON.stringify(seen));
});

test("the scanners below end on anything", () => {
  const random = new Random(0xabc);
  for (let count = 0; count < 100_000; count++) {
    const text = broken([...PYLOCK, ...REQUIREMENTS], random);
    const position = tomlPositions(text)(["packages", 0, "wheels", 0, "url"]).key;
    assert.ok(position.offset <= text.length && position.length >= 1);
    for (const word of shellWords(text) ?? []) assert.ok(word.start < word.end && word.end <= text.length);
    for (const line of logicalLines(text, {})) assert.ok(line.offsetAt(line.text.length - 1) < text.length);
  }
});
