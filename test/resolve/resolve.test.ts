import assert from "node:assert/strict";
import { test } from "node:test";
import type { Catalog } from "../../src/resolve/catalog.ts";
import { memoryCatalog } from "../support/memory-catalog.ts";
import { Random } from "../support/random.ts";
import { randomIndex, randomRequirement } from "../support/random-index.ts";
import { asked } from "../support/request.ts";
import { refusalOf, resolveCase, versionsOf } from "../support/resolving.ts";

test("the newest versions that fit together are taken, with what they need", async () => {
  const index = {
    a: { "1": {}, "2": { requires: ["b<3"] } },
    b: { "1": {}, "2.0": { requires: ["c"] }, "3": {} },
    c: { "1.1": {} },
    d: { "1": {} },
  };
  assert.equal(await versionsOf({ index, requires: ["a"] }), "a 2, b 2.0, c 1.1");
});

test("markers are evaluated for the target, of requirements and of metadata", async () => {
  const index = {
    a: {
      "1": {
        requires: [
          'b; sys_platform == "win32"',
          'c; platform_machine == "aarch64"',
          'd; python_full_version < "3.11.3"',
        ],
      },
    },
    b: { "1": {} },
    c: { "1": {} },
    d: { "1": {} },
  };
  const requires = ["a", 'b; os_name == "nt"'];
  assert.equal(await versionsOf({ index, requires }), "a 1, d 1");
  assert.equal(await versionsOf({ index, requires, target: { platform: "arm64", python: "3.11.3" } }), "a 1, c 1");
});

test("an extra brings its requirements at the project's own version, and extras that refer to others", async () => {
  const extras = { all: ["a[x,y]"], x: ["b"], y: ["c; sys_platform == 'linux'"], z: ["d"] };
  const index = { a: { "1": { extras }, "2": {} }, b: { "1": {} }, c: { "1": {} }, d: { "1": {} } };
  const { packages } = await resolveCase({ index, requires: ["a[all]<2"] });
  assert.deepEqual(
    packages.map(({ name, version, extras: known, dependencies }) => [name, version, known, dependencies]),
    [
      ["a", "1", ["all", "x", "y"], ["b", "c"]],
      ["b", "1", [], []],
      ["c", "1", [], []],
    ],
  );
});

test("an extra that conflicts moves its project to another version", async () => {
  const index = {
    a: { "1": { extras: { x: ["b<2"] } }, "2": { extras: { x: ["b>=2"] } }, "3": { extras: { x: ["b>=3"] } } },
    b: { "1": {}, "2": {}, "3": {} },
  };
  assert.equal(await versionsOf({ index, requires: ["b<3", "a[x]"] }), "a 2, b 2");
  assert.equal(await versionsOf({ index, requires: ["b==1", "a[x]"] }), "a 1, b 1");
});

test("an extra that does not exist is said and no reason for an older version", async () => {
  const index = { a: { "1": { extras: { x: ["b"] } }, "2": {} }, b: { "1": {} } };
  const { packages, warnings } = await resolveCase({ index, requires: ["a[x]"] });
  assert.deepEqual(
    packages.map(({ version }) => version),
    ["2"],
  );
  assert.deepEqual(warnings, ["a 2 has no extra x"]);
});

test("pre-releases come last, not at all, or like other versions", async () => {
  const index = { a: { "1": {}, "2rc1": {}, "1.5.dev1": {} }, b: { "1": { requires: ["a>1"] } } };
  const of = (requires: readonly string[], prerelease: "allow" | "disallow" | "explicit" | "if-necessary") =>
    versionsOf({ index, requires, options: { prerelease } });
  assert.equal(await of(["a"], "if-necessary"), "a 1");
  assert.equal(await of(["b"], "if-necessary"), "a 2rc1, b 1");
  assert.equal(await of(["a"], "allow"), "a 2rc1");
  assert.equal(await of(["a"], "explicit"), "a 1");
  assert.equal(await of(["a>=1.0a1"], "explicit"), "a 1");
  assert.equal(await of(["a>1.1a1"], "explicit"), "a 2rc1");
  const refusal = await refusalOf({ index, requires: ["a>1"], options: { prerelease: "disallow" } });
  assert.match(refusal.message, /pre-release/);
});

test("`--pre` of a requirements file lets pre-releases in", async () => {
  const options = { indexUrl: "https://index.example/simple", extraIndexUrls: [], findLinks: [], noIndex: false };
  const more = { trustedHosts: [], onlyBinary: [], noBinary: [], pre: true };
  const input = { options: { ...options, ...more } };
  assert.equal(await versionsOf({ index: { a: { "1": {}, "2a1": {} } }, requires: ["a"], input }), "a 2a1");
});

test("a yanked version is taken for the user's own exact pin only, with a warning", async () => {
  const index = { a: { "1": {}, "2": { yanked: "broken" } }, b: { "1": { requires: ["a==2"] } } };
  assert.equal(await versionsOf({ index, requires: ["a"] }), "a 1");
  const { packages, warnings } = await resolveCase({ index, requires: ["a==2"] });
  assert.deepEqual(
    packages.map(({ version }) => version),
    ["2"],
  );
  assert.deepEqual(warnings, ["a-2-py3-none-any.whl was yanked by its authors: broken"]);
  assert.equal(await versionsOf({ index, requires: ["a===2"] }), "a 2");
  for (const requires of [["b"], ["a>=2"], ["a==2.*"], ["b", "a"]]) {
    const refusal = await refusalOf({ index, requires });
    assert.match(refusal.message, /yanked by its authors \(broken\)/, requires.join());
  }
  assert.equal(await versionsOf({ index, requires: ["a>1"], options: { preferences: new Map([["a", "2"]]) } }), "a 2");
});

test("`===` compares text", async () => {
  const index = { a: { "1.0": {}, "1.0+local": {}, "2": {} } };
  assert.equal(await versionsOf({ index, requires: ["a===1.0"] }), "a 1.0");
  assert.equal(await versionsOf({ index, requires: ["a===1.0+LOCAL"] }), "a 1.0+local");
  const refusal = await refusalOf({ index, requires: ["a===1"] });
  assert.match(refusal.message, /is not spelled as a===1 asks/);
  assert.equal((await refusalOf({ index, requires: ["a===one"] })).code, "UNSATISFIABLE");
});

test("Requires-Python counts with its upper bound, on the page and in the metadata", async () => {
  const index = {
    a: {
      "1": {},
      "2": { requires_python: "<3.11" },
      "3": { metadata_python: ">=3.8,<3.11.2" },
      "4": { requires_python: ">=3.12" },
    },
  };
  assert.equal(await versionsOf({ index, requires: ["a"] }), "a 1");
  assert.equal(await versionsOf({ index, requires: ["a"], target: { python: "3.11.1" } }), "a 3");
  const refusal = await refusalOf({ index, requires: ["a>1"] });
  assert.match(refusal.message, /needs Python <3\.11\b/);
  assert.match(refusal.message, /needs Python >=3\.8,<3\.11\.2/);
});

test("a project's own Requires-Python and environments are checked first", async () => {
  const index = { a: { "1": {} } };
  const python = await refusalOf({ index, requires: ["a"], input: { requiresPython: ">=3.12" } });
  assert.equal(python.code, "INPUT_INVALID");
  assert.match(python.message, /is for Python >=3\.12, the image has 3\.11\.2/);
  const elsewhere = await refusalOf({ index, requires: ["a"], input: { environments: ["sys_platform == 'darwin'"] } });
  assert.match(elsewhere.message, /is for sys_platform == 'darwin', not for linux\/amd64/);
  const environments = ["sys_platform == 'darwin'", "sys_platform == 'linux'"];
  assert.equal(await versionsOf({ index, requires: ["a"], input: { environments } }), "a 1");
});

test("versions without a wheel for the target are passed over, with the true reason when none is left", async () => {
  const tags = (...wheel_tags: readonly string[]) => ({ wheel_tags, sdist: false });
  const index = {
    a: {
      "1": tags("py3-none-any"),
      "2": tags("cp311-cp311-manylinux_2_39_x86_64"),
      "3": tags("cp312-cp312-manylinux_2_17_x86_64"),
      "4": tags("py3-none-win_amd64"),
      "5": { wheel: false },
    },
  };
  assert.equal(await versionsOf({ index, requires: ["a"] }), "a 1");
  const { message } = await refusalOf({ index, requires: ["a>1"] });
  assert.match(message, /needs glibc 2\.39, the image has 2\.36/);
  assert.match(message, /has no wheel for CPython 3\.11/);
  assert.match(message, /for Windows/);
  assert.match(message, /has no wheel, only sources/);
});

test("of the reasons why wheels don't fit the nearest are told", async () => {
  const linux = ["cp39", "cp310", "cp312"].map((python) => `${python}-${python}-manylinux_2_17_x86_64`);
  const wheel_tags = [...linux, "cp311-cp311-win_amd64", "pp310-pypy310_pp73-manylinux_2_17_x86_64"];
  const glibc = [
    "cp311-cp311-manylinux_2_39_x86_64",
    "cp311-cp311-musllinux_1_1_x86_64",
    "cp311-cp311-macosx_11_0_arm64",
  ];
  const index = { a: { "1": { wheel_tags, sdist: false } }, b: { "1": { wheel_tags: glibc } } };
  const { message } = await refusalOf({ index, requires: ["a"] });
  assert.match(message, /a has no wheel for CPython 3\.11,/);
  const libc = await refusalOf({ index, requires: ["b"] });
  assert.match(libc.message, /\(needs glibc 2\.39, the image has 2\.36; needs musl, the image has glibc\)/);
});

test("versions that nobody asked about are not said to be missing", async () => {
  const windows = { wheel_tags: ["py3-none-win_amd64"], sdist: false };
  const index = {
    a: { "1": windows, "2": {}, "3": windows, "4": { yanked: true } },
    b: { "1": { requires: ["a"] }, "2": { requires: ["a!=2"] } },
  };
  assert.equal(await versionsOf({ index, requires: ["b"] }), "a 2, b 1");
});

test("the wheel that fits best is the one whose metadata is read", async () => {
  const catalog = memoryCatalog({
    a: {
      "1": { wheel_tags: ["py3-none-any", "cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux_2_28_x86_64"] },
    },
  });
  const { packages } = await resolveCase({ index: {}, catalog, requires: ["a"] });
  assert.deepEqual(
    packages.map(({ file }) => file.filename),
    ["a-1-cp311-cp311-manylinux_2_28_x86_64.whl"],
  );
  assert.deepEqual(
    packages.flatMap(({ files }) => files.map(({ filename }) => filename)),
    ["a-1-py3-none-any.whl", "a-1-cp311-cp311-manylinux_2_17_x86_64.whl", "a-1.tar.gz"],
  );
  const read = catalog.questions.filter((question) => question.startsWith("a-1-"));
  assert.deepEqual(read, ["a-1-cp311-cp311-manylinux_2_28_x86_64.whl"]);
});

test("a local build is preferred to the plain version, and an exact pin takes either", async () => {
  const index = { a: { "2.9.1": {}, "2.9.1+cpu": {}, "2.9.0": {} } };
  assert.equal(await versionsOf({ index, requires: ["a"] }), "a 2.9.1+cpu");
  assert.equal(await versionsOf({ index, requires: ["a==2.9.1"] }), "a 2.9.1+cpu");
  assert.equal(await versionsOf({ index: { a: { "2.9.1": {} } }, requires: ["a==2.9.1"] }), "a 2.9.1");
  assert.equal(await versionsOf({ index, requires: ["a>=2.9.1"], options: { resolution: "lowest" } }), "a 2.9.1+cpu");
});

test("constraints bound what is reached and reach nothing themselves", async () => {
  const index = { a: { "1": { requires: ["b"] } }, b: { "1": {}, "2": {} }, c: { "1": {} } };
  const input = { constraints: [asked("b<2", 1), asked("c<1", 2), asked("b>1; sys_platform == 'win32'", 3)] };
  assert.equal(await versionsOf({ index, requires: ["a"], input }), "a 1, b 1");
  const refusal = await refusalOf({ index, requires: ["a", "b>1"], input });
  assert.match(refusal.message, /is ruled out by b<2 \(requirements\.in:1\)/);
});

test("an override takes the place of every requirement of its name, whatever their markers say", async () => {
  const index = {
    a: { "1": { requires: ["b<1", 'c; sys_platform == "win32"'], extras: { x: ["d"] } } },
    b: { "0.5": {}, "3": {} },
    c: { "1": {}, "2": {} },
    d: { "1": {} },
  };
  const input = { overrides: [asked("b>2"), asked("c==1"), asked("d")] };
  assert.equal(await versionsOf({ index, requires: ["a"], input }), "a 1, b 3, c 1");
  const gone = { overrides: [asked("b; sys_platform == 'win32'"), asked("c<2")] };
  assert.equal(await versionsOf({ index, requires: ["a", "b"], input: gone }), "a 1, c 1");
});

test("excluded names are left out wherever they are asked for", async () => {
  const index = { a: { "1": { requires: ["b"] } } };
  assert.equal(await versionsOf({ index, requires: ["a", "b>7"], input: { excludes: ["b"] } }), "a 1");
});

test("lowest takes the oldest, lowest-direct only of what the user asks for himself", async () => {
  const index = { a: { "1": { requires: ["b"] }, "2": {} }, b: { "1": {}, "2": {}, "0.5a1": {} } };
  const requires = ["a>=1"];
  assert.equal(await versionsOf({ index, requires, options: { resolution: "lowest" } }), "a 1, b 1");
  assert.equal(await versionsOf({ index, requires, options: { resolution: "lowest-direct" } }), "a 1, b 2");
});

test("preferences are kept where the requirements allow them", async () => {
  const index = { a: { "1": {}, "2": {}, "3": {} }, b: { "1+cpu": {}, "1": {}, "2": {} } };
  const preferences = new Map([
    ["a", "2"],
    ["b", "1+cu128"],
    ["gone", "no version"],
  ]);
  assert.equal(await versionsOf({ index, requires: ["a", "b"], options: { preferences } }), "a 2, b 1+cpu");
  assert.equal(await versionsOf({ index, requires: ["a>2", "b"], options: { preferences } }), "a 3, b 1+cpu");
});

test("a package comes from the index that its source names, where that applies", async () => {
  const index = { a: { "1": { requires: ["b"] } }, b: { "1": {}, "1+cpu": { index: "pytorch" }, "2": {} } };
  const location = { file: "pyproject.toml", line: 7, column: 1 };
  const source = { name: "b", from: { kind: "index", index: "pytorch" } as const, location };
  const of = (changes: object, choice = {}) =>
    resolveCase({
      index,
      requires: ["a"],
      input: { sources: [{ ...source, ...changes }], extras: { cpu: [asked("b")], gpu: [asked("b")] }, groups: {} },
      choice,
    });
  const versionAndIndex = async (set: ReturnType<typeof of>) => {
    const found = (await set).packages.find(({ name }) => name === "b");
    return `${found?.version} ${found?.index}`;
  };
  assert.equal(await versionAndIndex(of({})), "1+cpu pytorch");
  assert.equal(await versionAndIndex(of({ marker: "sys_platform == 'win32'" })), "2 undefined");
  assert.equal(await versionAndIndex(of({ extra: "cpu" })), "2 undefined");
  assert.equal(await versionAndIndex(of({ extra: "cpu" }, { extras: ["gpu"] })), "2 undefined");
  assert.equal(await versionAndIndex(of({ extra: "cpu" }, { extras: ["cpu"] })), "1+cpu pytorch");
  const missing = await refusalOf({ index: {}, requires: ["b"], input: { sources: [source] } });
  assert.match(missing.message, /b .*is not in the index pytorch/);
});

test("two sources that apply at once are an error", async () => {
  const location = { file: "pyproject.toml", line: 7, column: 1 };
  const sources = ["one", "two"].map((index) => ({ name: "a", from: { kind: "index", index } as const, location }));
  const refusal = await refusalOf({ index: { a: { "1": {} } }, requires: ["a"], input: { sources } });
  assert.equal(refusal.code, "INPUT_INVALID");
  assert.match(refusal.message, /the index one .* and the index two/);
});

test("files uploaded later, or without a date, don't exist", async () => {
  const index = {
    a: { "1": { uploaded: "2026-01-01T12:00:00Z" }, "2": { uploaded: "2026-02-01T00:00:00Z" }, "3": {} },
    b: { "1": { uploaded: "2026-01-31T23:59:59.9Z" }, "2": { uploaded: "2026-03-01T00:00:00Z" } },
  };
  const { packages, warnings } = await resolveCase({
    index,
    requires: ["a", "b"],
    options: { excludeNewer: "2026-01-31", excludeNewerPackage: { b: "2026-04-01T00:00:00+02:00" } },
  });
  assert.deepEqual(
    packages.map(({ name, version }) => `${name} ${version}`),
    ["a 1", "b 2"],
  );
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /2 files of a left out: no upload time is known/);
  const refusal = await refusalOf({ index, requires: ["a==2"], options: { excludeNewer: "2026-01-31" } });
  assert.match(refusal.message, /was uploaded after 2026-01-31/);
  assert.equal((await refusalOf({ index, requires: ["a"], options: { excludeNewer: "soon" } })).code, "USAGE");
});

test("hashes behind requirements and constraints restrict the files", async () => {
  const [one, two] = ["1".repeat(64), "2".repeat(64)];
  const index = { a: { "1": { sha256: one }, "2": { sha256: two } } };
  const requirements = [asked("a", 3, [one])];
  assert.equal(await versionsOf({ index, input: { requirements } }), "a 1");
  const constraints = [asked("a", 9, [two])];
  assert.equal(await versionsOf({ index, requires: ["a"], input: { constraints } }), "a 2");
  const refusal = await refusalOf({ index, input: { requirements, constraints } });
  assert.match(refusal.message, /has no wheel with a sha256 of requirements\.in:3 and requirements\.in:9/);
});

test("a package that may not come as a wheel can't be had", async () => {
  const refusal = await refusalOf({ index: { a: { "1": {} } }, requires: ["a"], options: { noBinary: ["a"] } });
  assert.match(refusal.message, /may not come as a wheel/);
});

test("metadata that is broken or of another project makes a version unavailable", async () => {
  const catalog = memoryCatalog({
    a: { "1": {}, "2": { requires: ["b >"] }, "3": { requires: ['b; nothing == "1"'] } },
  });
  assert.equal(await versionsOf({ index: {}, catalog, requires: ["a"] }), "a 1");
  const refusal = await refusalOf({ index: {}, catalog, requires: ["a>1"] });
  assert.match(refusal.message, /asks for "b >", which can't be read/);
});

test("conflicting requirements of the user's own are named with their lines", async () => {
  const index = { a: { "1": {}, "2": {}, "3": {} } };
  const refusal = await refusalOf({ index, requires: ["a>=2", "a<2"] });
  assert.equal(refusal.code, "UNSATISFIABLE");
  assert.equal(refusal.location?.line, 1);
  assert.match(refusal.message, /requirements\.in:1/);
  assert.match(refusal.message, /requirements\.in:2/);
  assert.match(refusal.message, /linux\/amd64, CPython 3\.11\.2, glibc 2\.36/);
});

test("chosen extras and groups of the project count, and its extras may refer to each other", async () => {
  const index = { a: { "1": {} }, b: { "1": {} }, c: { "1": {} }, d: { "1": {} }, e: { "1": {} } };
  const input = {
    project: "app",
    extras: { all: [asked("app[x]"), asked("app[all]")], x: [asked("b")], y: [asked("c")] },
    groups: { dev: [asked("d")], docs: [asked("app[y]"), asked("e")] },
    defaultGroups: ["dev"],
  };
  const of = (choice: object) => versionsOf({ index, requires: ["a"], input, choice });
  assert.equal(await of({}), "a 1, d 1");
  assert.equal(await of({ noDefaultGroups: true }), "a 1");
  assert.equal(await of({ extras: ["ALL"], groups: ["docs"], noDefaultGroups: true }), "a 1, b 1, c 1, e 1");
  assert.equal(await of({ allExtras: true }), "a 1, b 1, c 1, d 1");
  const refusal = await refusalOf({ index, requires: ["a"], input, choice: { extras: ["z"] } });
  assert.equal(refusal.code, "INPUT_INVALID");
  assert.equal(refusal.hint, "it has all, x, y");
});

test("what the user asks for is marked, with its place", async () => {
  const index = { a: { "1": { requires: ["b"] } }, b: { "1": { requires_python: ">=3.8" } } };
  const { packages } = await resolveCase({ index, requires: ["a"] });
  assert.deepEqual(
    packages.map(({ name, requested, location, requiresPython, dependencies }) => ({
      name,
      requested,
      line: location?.line,
      requiresPython,
      dependencies,
    })),
    [
      { name: "a", requested: true, line: 1, requiresPython: undefined, dependencies: ["b"] },
      { name: "b", requested: false, line: undefined, requiresPython: ">=3.8", dependencies: [] },
    ],
  );
});

test("index pages are asked for as soon as a name is seen, and many versions' metadata together", async () => {
  const versions = Array.from({ length: 40 }, (_, number) => [`${number + 1}`, { requires: ["b<1"] }] as const);
  const catalog = memoryCatalog({ a: { "0": {}, ...Object.fromEntries(versions) }, b: { "1": {} } });
  assert.equal(await versionsOf({ index: {}, catalog, requires: ["a", "b"] }), "a 0, b 1");
  assert.deepEqual(catalog.questions.slice(0, 2), ["a", "b"]);
  const ahead = new Set(catalog.questions.filter((question) => question.startsWith("prefetch a-")));
  assert.ok(ahead.size > 10, `${ahead.size} asked for ahead`);
});

test("versions outside of the range are fetched ahead too, where each has a range of its own", async () => {
  const numbers = Array.from({ length: 40 }, (_, number) => number + 1);
  const follow = numbers.map((number) => [`${number}`, { requires: [`b==${number}`] }] as const);
  const last = numbers.map((number) => [`${number}`, { requires: number === 1 ? [] : ["c<1"] }] as const);
  const catalog = memoryCatalog({ a: Object.fromEntries(follow), b: Object.fromEntries(last), c: { "1": {} } });
  assert.equal(await versionsOf({ index: {}, catalog, requires: ["c", "a"] }), "a 1, b 1, c 1");
  const ahead = new Set(catalog.questions.filter((question) => question.startsWith("prefetch b-")));
  assert.ok(ahead.size > 30, `${ahead.size} asked for ahead`);
});

test("the order in which answers arrive does not matter", async () => {
  const random = new Random(3);
  for (let number = 0; number < 40; number += 1) {
    const index = randomIndex(random);
    const requires = Array.from({ length: 3 }, () => randomRequirement(random));
    const prompt = memoryCatalog(index);
    const pause = async () => {
      for (let left = random.below(6); left > 0; left -= 1) await new Promise(setImmediate);
    };
    const slow: Catalog = {
      files: async (name) => {
        await pause();
        return prompt.files(name);
      },
      metadata: async (file) => {
        await pause();
        return prompt.metadata(file);
      },
    };
    const outcome = (catalog: Catalog) =>
      versionsOf({ index: {}, catalog, requires }).catch((error: unknown) => String(error));
    assert.equal(await outcome(slow), await outcome(prompt), `case ${number}`);
  }
});

test("an aborted resolution ends with the reason of the abort", async () => {
  const reason = new Error("enough");
  const options = { signal: AbortSignal.abort(reason) };
  await assert.rejects(resolveCase({ index: { a: { "1": {} } }, requires: ["a"], options }), reason);
});

test("an explanation does not say that an extra has its project's version", async () => {
  const index = {
    a: {
      "1": { extras: { x: ["b<2"] } },
      "2": { extras: { x: ["b<3"] } },
      "3": { requires: ["c<1"], extras: { x: ["b"] } },
    },
    b: { "1": {}, "2": {}, "3": {} },
    c: { "1": {} },
  };
  const { message } = await refusalOf({ index, requires: ["c", "a[x]>1", "b>=3"] });
  assert.doesNotMatch(message, /a\[x\][^,]* needs a\b/);
  assert.match(message, /a 3 needs c<1/);
  assert.match(message, /a\[x\] 2 needs b<3/);
  assert.match(message, /your requirements can't be met\.$/);
});

test("a failed resolution names one way out", async () => {
  const index = {
    a: { "1": {}, "2": {}, "2.5": {}, "3": {}, "4": {}, "5": {} },
    b: { "1": { wheel: false } },
    psycopg2: { "1": { wheel: false } },
    c: { "1": { yanked: true } },
    d: { "1": { requires_python: ">=3.14" } },
    e: { "1": { wheel_tags: ["py3-none-win_amd64"], sdist: false } },
  };
  const hint = async (...requires: readonly string[]) => (await refusalOf({ index, requires })).hint;
  assert.equal(await hint("a>5"), "there is a 5, 4, 3, 2.5, 2, … (6 in all)");
  assert.equal(await hint("a<2", "a>2"), "loosen one of the requirements that are named here");
  assert.match((await hint("b")) ?? "", /^build a wheel, e\.g\. by `pip wheel --no-deps b`/);
  assert.match((await hint("psycopg2")) ?? "", /^ask for psycopg2-binary, .*pip wheel --no-deps psycopg2/);
  assert.match((await hint("c")) ?? "", /pin that version of c by ==/);
  assert.match((await hint("d")) ?? "", /--python/);
  assert.match((await hint("e")) ?? "", /--platform/);
  assert.match((await hint("f")) ?? "", /how f is spelled/);
});
