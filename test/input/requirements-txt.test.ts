import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isOciasmError, type OciasmError } from "../../src/errors.ts";
import type { InputContext, LockInput } from "../../src/input/input.ts";
import { readRequirements, requirementsTxt } from "../../src/input/requirements-txt.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);

type Files = Readonly<Record<string, string>>;

function context(files: Files = {}, environment: InputContext["environment"] = {}): InputContext {
  return {
    file: "/p/requirements.txt",
    environment,
    readInclude: (path, from) => {
      const absolute = posix.resolve(posix.dirname(from), path);
      const text = files[absolute];
      return text === undefined ? undefined : { path: absolute, text };
    },
  };
}

function read(text: string, files?: Files, environment?: InputContext["environment"]): LockInput {
  return requirementsTxt.parse(text, context(files, environment));
}

function problemsOf(text: string, files?: Files): readonly OciasmError[] {
  try {
    read(text, files);
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return [error, ...error.problems];
  }
  return assert.fail("no problem was found");
}

/** "CODE line:column+length message" */
function summary(problem: OciasmError): string {
  const { location } = problem;
  return `${problem.code} ${location?.line}:${location?.column}+${location?.length} ${problem.message}`;
}

test("what pip-compile writes is read: pins, continued hashes, extras, markers, comments", () => {
  const input = read(
    `# by pip-compile\n--index-url https://index.example/simple\n\nFoo_Bar[Extra,b]==1.0.0 ; python_version < "3.13" \\\n    --hash=sha256:${A} \\\n    --hash=sha256:${B}\n    # via x\nbaz==2 --hash sha256:${B.toUpperCase()} # end\n`,
  );
  assert.equal(input.options.indexUrl, "https://index.example/simple");
  assert.deepEqual(
    input.packages.map(({ name, version, extras, marker, sha256 }) => ({ name, version, extras, marker, sha256 })),
    [
      { name: "foo-bar", version: "1.0.0", extras: ["b", "extra"], marker: 'python_version < "3.13"', sha256: [A, B] },
      { name: "baz", version: "2", extras: [], marker: undefined, sha256: [B] },
    ],
  );
  assert.deepEqual(
    input.packages.map(({ location }) => [location.line, location.column, location.text?.slice(0, 3)]),
    [
      [4, 1, "Foo"],
      [8, 1, "baz"],
    ],
  );
});

test("all unpinned lines are reported at once, each with its place and a way out", () => {
  const problems = problemsOf("requests>=2,<3\nflask\n  numpy==1.*\n");
  assert.deepEqual(problems.map(summary), [
    "NOT_PINNED 1:1+14 requests<3,>=2 is not pinned to one version",
    "NOT_PINNED 2:1+5 flask has no version",
    "NOT_PINNED 3:3+10 numpy==1.* is not pinned to one version",
  ]);
  for (const problem of problems) assert.match(problem.hint ?? "", /ociasm lock.*uv pip compile --generate-hashes/);
});

test("a pin without a hash is refused", () => {
  assert.deepEqual(problemsOf("a==1\n").map(summary), ["HASH_REQUIRED 1:1+4 a==1 has no hash"]);
  assert.deepEqual(problemsOf(`a==1 --hash=sha512:${A}${A}\n`).map(summary), [
    "HASH_REQUIRED 1:1+4 a==1 has no sha256 that all its lines accept",
  ]);
});

test("weak, short and unknown hashes are refused where they stand", () => {
  assert.deepEqual(
    problemsOf(`a==1 --hash=md5:${A} --hash=sha256:${A}`).map(summary),
    [`INPUT_INVALID 1:6+75 a hash of type "md5" is refused`].map((text) =>
      text.replace("+75", `+${"--hash=md5:".length + 64}`),
    ),
  );
  assert.match(problemsOf("a==1 --hash=sha1:00")[0]?.message ?? "", /sha1.*refused/);
  assert.match(problemsOf("a==1 --hash=sha256:12")[0]?.message ?? "", /64 hex digits/);
  assert.match(problemsOf("a==1 --hash=12")[0]?.message ?? "", /--hash=sha256:/);
});

test("includes are read from the including file's folder; constraints pin and check", () => {
  const files = {
    "/p/base/main.txt": `-r more.txt\n-c ../limits.txt\nfoo\n`,
    "/p/base/more.txt": `bar==2 --hash=sha256:${B}\n`,
    "/p/limits.txt": `foo==1 --hash=sha256:${A}\nunused==3\n`,
  };
  const input = read("-r base/main.txt", files);
  assert.deepEqual(
    input.packages.map(({ name, version, sha256 }) => [name, version, sha256]),
    [
      ["bar", "2", [B]],
      ["foo", "1", [A]],
    ],
  );
  assert.equal(input.packages[0]?.location.file, "/p/base/more.txt");
  const [clash] = problemsOf(`-c limits.txt\nfoo==2 --hash=sha256:${A}`, { "/p/limits.txt": "foo<2" });
  assert.match(clash?.message ?? "", /foo<2 leaves out 2/);
  assert.equal(clash?.location?.file, "/p/limits.txt");
});

test("a file that includes itself, or one that is not there, is an error", () => {
  const [loop] = problemsOf("-r a.txt", { "/p/a.txt": "-r b.txt", "/p/b.txt": "-r a.txt" });
  assert.match(loop?.message ?? "", /a\.txt includes itself: .*b\.txt → \/p\/a\.txt/);
  assert.equal(loop?.location?.file, "/p/b.txt");
  assert.equal(problemsOf("--requirement=none.txt")[0]?.code, "INPUT_NOT_FOUND");
  assert.equal(problemsOf("-r https://u:p@files.example/r.txt")[0]?.message.includes("u:p"), false);
});

test("files that include each other twice over do not blow up", () => {
  const files: Record<string, string> = {};
  for (let index = 0; index < 40; index++) files[`/p/${index}.txt`] = `-r ${index + 1}.txt\n-r ${index + 1}.txt`;
  files["/p/40.txt"] = "";
  assert.match(problemsOf("-r 0.txt", files)[0]?.message ?? "", /more than 500 files/);
});

test("wheels by URL and path are taken with their hash", () => {
  const input = read(
    [
      `https://user:pw@files.example/w/torch-2.9.1%2Bcpu-cp312-cp312-linux_x86_64.whl#sha256=${A} ; sys_platform == "linux"`,
      `Local @ file:///w/local-1-py3-none-any.whl --hash=sha256:${B}`,
      `./wheels/my.pkg-3.0-py3-none-any.whl --hash=sha256:${A}`,
    ].join("\n"),
  );
  assert.deepEqual(
    input.packages.map(({ name, version, sha256, direct }) => ({ name, version, sha256, url: direct?.url })),
    [
      {
        name: "torch",
        version: "2.9.1+cpu",
        sha256: [A],
        url: "https://user:pw@files.example/w/torch-2.9.1%2Bcpu-cp312-cp312-linux_x86_64.whl",
      },
      { name: "local", version: "1", sha256: [B], url: "file:///w/local-1-py3-none-any.whl" },
      { name: "my-pkg", version: "3.0", sha256: [A], url: "file:///p/wheels/my.pkg-3.0-py3-none-any.whl" },
    ],
  );
  assert.equal(input.packages[0]?.marker, 'sys_platform == "linux"');
  const text = input.packages[0]?.direct?.directUrl ?? "";
  assert.deepEqual(JSON.parse(text), {
    archive_info: { hash: `sha256=${A}`, hashes: { sha256: A } },
    url: "https://files.example/w/torch-2.9.1%2Bcpu-cp312-cp312-linux_x86_64.whl",
  });
  assert.equal(input.packages[2]?.direct?.directUrl.includes("/p/"), false);
});

test("a wheel by URL needs a hash; a local one does as soon as any line has one", () => {
  assert.equal(problemsOf("https://files.example/a-1-py3-none-any.whl")[0]?.code, "HASH_REQUIRED");
  assert.equal(problemsOf("https://files.example/a-1-py3-none-any.whl#md5=00")[0]?.code, "INPUT_INVALID");
  assert.deepEqual(read("./a-1-py3-none-any.whl").packages[0]?.sha256, []);
  assert.equal(problemsOf(`./a-1-py3-none-any.whl\nb==1 --hash=sha256:${A}`)[0]?.code, "HASH_REQUIRED");
  assert.equal(problemsOf("--require-hashes\n./a-1-py3-none-any.whl")[0]?.code, "HASH_REQUIRED");
  assert.equal(problemsOf(`other @ https://files.example/a-1-py3-none-any.whl#sha256=${A}`)[0]?.code, "INPUT_INVALID");
});

test("what would have to be built is unsupported, with the line and a way out", () => {
  const lines = [
    "-e ./lib[x]",
    "git+https://h.example/a.git@main#egg=a",
    "./lib",
    "a @ https://f.example/a-1.tar.gz",
    "../x-1.zip",
  ];
  const problems = problemsOf(lines.join("\n"));
  assert.deepEqual(
    problems.map((problem) => [problem.code, problem.location?.line]),
    lines.map((_, index) => ["INPUT_UNSUPPORTED", index + 1]),
  );
  assert.match(problems[1]?.hint ?? "", /build a wheel/);
});

test("the project itself among the lines of a lock is passed over with a word", () => {
  for (const line of ["-e .", ".", "./", "-e .[dev]", "--editable=file:///p", "/p"]) {
    const { packages, warnings } = read(`${line}\na==1 --hash=sha256:${A}`);
    assert.deepEqual([packages.map(({ name }) => name), warnings?.length], [["a"], 1], line);
  }
});

test("behind a marker it is an error only where the marker holds", () => {
  const [only] = read('a @ git+https://h.example/a.git ; sys_platform == "win32"').packages;
  assert.equal(only?.name, "a");
  assert.equal(only?.blocked?.code, "INPUT_UNSUPPORTED");
});

test("options of the index are gathered as pip does", () => {
  const { options } = read(
    "-i https://one.example/\n--index-url=https://two.example/\n--extra-index-url https://three.example\n-f wheels\n-fhttps://four.example/links\n--no-index --pre\n--trusted-host h\n--only-binary=:all:\n--no-binary Foo_Bar,b\n--prefer-binary\n--use-feature x\n",
  );
  assert.deepEqual(options, {
    indexUrl: "https://two.example/",
    extraIndexUrls: ["https://three.example"],
    findLinks: ["file:///p/wheels", "https://four.example/links"],
    noIndex: true,
    trustedHosts: ["h"],
    onlyBinary: [":all:"],
    noBinary: ["foo-bar", "b"],
    pre: true,
  });
});

test("options in the wrong place, unknown ones and open quotes have a caret", () => {
  assert.deepEqual(problemsOf("--hash=sha256:00\na==1 --pre\n--nope\n--index-url\n--no-index 'x\n").map(summary), [
    "INPUT_INVALID 1:1+16 --hash must follow a requirement",
    "INPUT_INVALID 2:6+5 --pre must stand on a line of its own",
    "INPUT_INVALID 3:1+6 pip knows no option --nope here",
    "INPUT_INVALID 4:1+11 --index-url lacks its value",
    "INPUT_INVALID 5:1+13 a quote or a backslash is left open",
    "HASH_REQUIRED 2:1+4 a==1 has no hash",
  ]);
});

test("a requirement that can't be read has the caret of its parser", () => {
  const [problem] = problemsOf(`\r\na==1;; --hash=sha256:${A}`);
  assert.deepEqual([problem?.location?.line, problem?.location?.text?.slice(0, 6)], [2, "a==1;;"]);
  assert.ok((problem?.location?.column ?? 0) >= 5);
});

test("a variable is filled in only in upper case and only where it is set", () => {
  const { options } = read(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: pip expands it
    "--index-url https://${USER_1}:${TOKEN}@${host}/${EMPTY}${UNSET}",
    {},
    { USER_1: "u", TOKEN: "p#w", host: "h", EMPTY: "" },
  );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: pip expands it
  assert.equal(options.indexUrl, "https://u:p#w@${host}/${EMPTY}${UNSET}");
});

test("lines are joined before comments go, and a comment ends a joined line", () => {
  const text = `a==1 \\\n# note \\\nb==2 \\\n  --hash=sha256:${B} \\`;
  assert.deepEqual(problemsOf(text).map(summary), ["HASH_REQUIRED 1:1+4 a==1 has no hash"]);
  const input = read(`\uFEFFc==3 \\\r\n  --hash=sha256:${A} # tail \\`);
  assert.deepEqual(
    input.packages.map((one) => [one.name, one.sha256]),
    [["c", [A]]],
  );
});

test("one pin in two files is one package; other hashes are an error later", () => {
  const source = (file: string, text: string) => ({ file, text, constraint: false });
  const input = readRequirements(
    [
      source("/p/a.txt", `x==1 --hash=sha256:${A} --hash=sha256:${B}`),
      source("/p/b.txt", `x[e]==1.0 --hash=sha256:${B}\nx==1 --hash=sha256:${B}`),
    ],
    context(),
  );
  assert.deepEqual(
    input.packages.map(({ extras, version, sha256 }) => [version, extras, sha256]),
    [
      ["1", [], [B]],
      ["1.0", ["e"], [B]],
    ],
  );
});

test("benchmark stacks made by uv are read whole", (t) => {
  const folder = fileURLToPath(new URL("../../../../shared/judges/stacks/", import.meta.url));
  for (const name of ["small.txt", "torch.txt"]) {
    let text: string;
    try {
      text = readFileSync(folder + name, "utf8");
    } catch {
      return t.skip("the judges are not on this machine");
    }
    const pins = text.split("\n").filter((line) => /^[a-z0-9]/i.test(line));
    const input = read(text);
    assert.equal(input.packages.length, pins.length);
    assert.deepEqual(
      input.packages.map((one) => one.location.text),
      pins,
    );
    assert.equal(
      input.packages.reduce((sum, one) => sum + one.sha256.length, 0),
      text.match(/--hash=/g)?.length,
    );
  }
});
