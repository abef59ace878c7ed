import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isOciasmError, type OciasmError } from "../../src/errors.ts";
import type { InputContext, LockInput } from "../../src/input/input.ts";
import { pylock } from "../../src/input/pylock.ts";

const A = "a".repeat(64);
const HEAD = 'lock-version = "1.0"\ncreated-by = "test"\n';
const context: InputContext = { file: "/p/pylock.toml", environment: {}, readInclude: () => undefined };

const read = (text: string): LockInput => pylock.parse(text, context);

function problemsOf(text: string): readonly OciasmError[] {
  try {
    read(text);
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return [error, ...error.problems];
  }
  return assert.fail("no problem was found");
}

const places = (text: string): readonly string[] =>
  problemsOf(text).map(({ code, location, message }) => `${code} ${location?.line}:${location?.column} ${message}`);

test("the example of PEP 751 is read as the specification says", (t) => {
  let text: string;
  try {
    const path = new URL("../../../../shared/judges/packaging/pylock/pylock.spec-example.toml", import.meta.url);
    text = readFileSync(fileURLToPath(path), "utf8");
  } catch {
    return t.skip("the judges are not on this machine");
  }
  const input = read(text);
  assert.equal(input.requiresPython, "==3.12.*");
  assert.deepEqual(input.environments, ['sys_platform == "win32"', 'sys_platform == "linux"']);
  assert.deepEqual(
    input.packages.map(({ name, version, files, requiresPython, index }) => [
      name,
      version,
      files.length,
      requiresPython,
      index,
    ]),
    [
      ["attrs", "25.1.0", 1, ">=3.8", undefined],
      ["cattrs", "24.1.2", 1, ">=3.8", "https://index.example/simple"],
      ["numpy", "2.2.3", 2, ">=3.10", undefined],
    ],
  );
  const [wheel] = input.packages[0]?.files ?? [];
  assert.equal(wheel?.filename, "attrs-25.1.0-py3-none-any.whl");
  assert.equal(wheel?.size, 63152);
  assert.equal(wheel?.sha256, "c75a69e28a550a7e93789579c22aa26b0f5b83b75dc4e08fe092980051e1090a");
  assert.equal(Date.parse(wheel?.uploadTime ?? ""), Date.parse("2025-01-25T11:30:10.164Z"));
  assert.equal(input.packages[2]?.location.text, "name = 'numpy'");
});

test("file names come from name, else path, else the decoded URL", () => {
  const wheel = (body: string) => `[[packages.wheels]]\n${body}\nhashes = {sha256 = "${A}"}\n`;
  const input = read(
    `${HEAD}[[packages]]\nname = "torch"\nversion = "2.9.1+cpu"\n` +
      wheel('url = "https://f.example/w/torch-2.9.1%2Bcpu-cp312-cp312-linux_x86_64.whl#sha256=00"') +
      wheel('url = "https://f.example/1"\npath = "w/torch-2.9.1-py3-none-any.whl"') +
      wheel('name = "torch-2.9.1-cp313-cp313-linux_x86_64.whl"\nurl = "https://f.example/2"'),
  );
  assert.deepEqual(
    input.packages[0]?.files.map(({ filename, url }) => [filename, url]),
    [
      [
        "torch-2.9.1+cpu-cp312-cp312-linux_x86_64.whl",
        "https://f.example/w/torch-2.9.1%2Bcpu-cp312-cp312-linux_x86_64.whl",
      ],
      ["torch-2.9.1-py3-none-any.whl", "file:///p/w/torch-2.9.1-py3-none-any.whl"],
      ["torch-2.9.1-cp313-cp313-linux_x86_64.whl", "https://f.example/2"],
    ],
  );
});

test("another major version is refused, a newer minor one is warned of", () => {
  assert.deepEqual(places('lock-version = "2.0"\n[[packages]]\nname = 1'), [
    "INPUT_INVALID 1:16 lock-version 2.0 is not known here, only 1.0 is",
  ]);
  assert.match(read('lock-version = "1.3"\ncreated-by = "x"\npackages = []').warnings?.[0] ?? "", /1\.3 is newer/);
  assert.deepEqual(places("packages = []"), ["INPUT_INVALID 1:1 the document lacks lock-version"]);
});

test("every problem is found in one pass, with its line", () => {
  const text = `${HEAD}environments = ["os_name = 1"]
requires-python = "about 3"
[[packages]]
name = "a"
version = "one"
marker = "nope == '1'"
wheels = [{url = "ftp://x/a-1-py3-none-any.whl", hashes = {sha256 = "12"}}, {}]
[[packages]]
version = "1"
[[packages]]
name = "c"
vcs = {type = "git", url = "https://g.example/c.git"}
directory = {editable = true}
[[packages]]
name = "d"
wheels = 3
`;
  assert.deepEqual(
    places(text).map((line) => line.replace(/:[ /].*/, "")),
    [
      'INPUT_INVALID 3:16 "os_name = 1" is no marker',
      'INPUT_INVALID 4:19 "about 3" is no version specifier',
      `INPUT_INVALID 8:10 "nope == '1'" is no marker`,
      'INPUT_INVALID 7:11 "one" is no version',
      'INPUT_INVALID 9:18 "ftp',
      "INPUT_INVALID 9:77 a file has neither url nor path",
      "INPUT_INVALID 10:3 packages[1] lacks name",
      "INPUT_INVALID 15:13 vcs and directory exclude each other",
      "INPUT_INVALID 14:1 packages[2].vcs lacks commit-id",
      "INPUT_INVALID 18:10 packages[3].wheels must be an array of tables, not 3",
    ],
  );
});

test("a text that is no TOML has the place of the fault", () => {
  const [problem] = problemsOf('lock-version = "1.0"\ncreated-by = = "x"\n');
  assert.equal(problem?.code, "INPUT_INVALID");
  assert.equal(problem?.location?.line, 2);
  assert.match(problem?.message ?? "", /not a TOML document/);
});

test("sources that need a build, and packages with no file, are blocked rather than fatal", () => {
  const input = read(`${HEAD}
[[packages]]
name = "app"
directory = {path = ".", editable = true}
[[packages]]
name = "git"
vcs = {type = "git", url = "https://user:pw@g.example/c.git", commit-id = "0"}
[[packages]]
name = "lib"
directory = {path = "./lib"}
[[packages]]
name = "zip"
archive = {url = "https://f.example/zip-1.zip", hashes = {sha256 = "${A}"}}
[[packages]]
name = "pruned"
version = "1"
`);
  assert.deepEqual(
    input.packages.map(({ name, blocked }) => [name, blocked?.code]),
    [
      ["git", "INPUT_UNSUPPORTED"],
      ["lib", "INPUT_UNSUPPORTED"],
      ["zip", "INPUT_UNSUPPORTED"],
      ["pruned", "NO_WHEEL"],
    ],
  );
  assert.match(input.packages[0]?.blocked?.message ?? "", /https:\/\/g\.example/);
  assert.match(input.warnings?.[0] ?? "", /app is the project itself/);
});

test("an archive that is a wheel is a direct one", () => {
  const [only] = read(
    `${HEAD}[[packages]]\nname = "a"\nmarker = "'x' in extras"\narchive = {url = "https://f.example/a-1-py3-none-any.whl", size = 3, hashes = {sha256 = "${A}"}}`,
  ).packages;
  assert.equal(only?.direct?.url, "https://f.example/a-1-py3-none-any.whl");
  assert.deepEqual(only?.sha256, [A]);
  assert.match(only?.direct?.directUrl ?? "", /"archive_info"/);
});

test("groups and extras are normalised", () => {
  const input = read(
    `${HEAD}extras = ["A_b"]\ndependency-groups = ["Dev"]\ndefault-groups = ["Default"]\npackages = []`,
  );
  assert.deepEqual([input.extras, input.groups, input.defaultGroups], [["a-b"], ["dev"], ["default"]]);
});

test("a key that JavaScript knows is only a key", () => {
  assert.deepEqual(places(`${HEAD}[[packages]]\n__proto__ = {name = "x"}`), [
    "INPUT_INVALID 3:3 packages[0] lacks name",
  ]);
});

test("pipenv's made-up wheels are read as the hashes that they stand for", () => {
  const row = (sha256: string): string =>
    `{name = "a-1-py3-none-any.whl", url = "https://index.example/simple/a/a-1-py3-none-any.whl", hashes = {sha256 = "${sha256}"}}`;
  const B = "b".repeat(64);
  const text = (tool: string): string =>
    `lock-version = "1.0"\ncreated-by = "${tool}"\n[[packages]]\nname = "a"\nversion = "1"\nindex = "https://index.example/simple/"\nwheels = [${row(A)}, ${row(B)}]\n`;
  const [made] = read(text("pipenv")).packages;
  assert.deepEqual([made?.sha256, made?.files, made?.index], [[A, B], [], "https://index.example/simple/"]);
  const [listed] = read(text("other")).packages;
  assert.deepEqual([listed?.sha256, listed?.files.length], [[], 2]);
});
