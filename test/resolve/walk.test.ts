import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError, type OciasmError } from "../../src/errors.ts";
import { uvLock } from "../../src/input/uv-lock.ts";
import { type SelectChoice, selectPackages } from "../../src/resolve/select.ts";
import { xorshift } from "../support/mutate.ts";
import { testTarget } from "../support/target.ts";

const HEAD = 'version = 1\nrequires-python = ">=3.11"\n';
const NOTHING: SelectChoice = { extras: [], groups: [], noDefaultGroups: false };
type Choice = Partial<SelectChoice> & { readonly python?: string; readonly platform?: string };

/** A package of the index: what it needs, and lists under any other key. */
function locked(name: string, needs = "", more = "", version = "1"): string {
  const wheel = `{ url = "https://files.example/${name}-${version}-py3-none-any.whl", hash = "sha256:${"a".repeat(64)}" }`;
  const source = '{ registry = "https://index.example/simple" }';
  return `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = ${source}\nwheels = [${wheel}]\ndependencies = [${needs}]\n${more}\n`;
}

function project(name: string, source: string, needs = "", more = ""): string {
  return `[[package]]\nname = "${name}"\nsource = { ${source} }\ndependencies = [${needs}]\n${more}\n`;
}

const app = (needs = "", more = ""): string => project("app", 'virtual = "."', needs, more);

function select(text: string, { python, platform, ...choice }: Choice = {}, pyproject = "") {
  const readInclude = () => (pyproject === "" ? undefined : { path: "/p/pyproject.toml", text: pyproject });
  const input = uvLock.parse(`${HEAD}${text}`, { file: "uv.lock", environment: {}, readInclude });
  const target = testTarget({ python: python ?? "3.12.4", platform: platform ?? "amd64" });
  return selectPackages(input, target, { ...NOTHING, ...choice }).map((one) => one.package);
}

const names = (text: string, choice?: Choice, pyproject?: string): string =>
  select(text, choice, pyproject)
    .map((one) => one.name)
    .join(" ");

function failure(text: string, choice?: Choice): OciasmError {
  try {
    select(text, choice);
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

const message = (text: string, choice?: Choice): string => {
  const { message: what, hint } = failure(text, choice);
  return `${what} | ${hint}`;
};

test("packages are reached along the edges whose markers hold, cycles and all; the project's own are requested", () => {
  const text = `${app('{ name = "a" }, { name = "w", marker = "sys_platform == \'win32\'" }')}${locked("a", '{ name = "b" }')}${locked("b", '{ name = "a" }, { name = "arm", marker = "platform_machine == \'aarch64\'" }')}${locked("w")}${locked("arm")}${locked("unreached")}`;
  assert.deepEqual(
    select(text).map(({ name, requested }) => [name, requested]),
    [
      ["a", true],
      ["b", false],
    ],
  );
  assert.equal(names(text, { platform: "arm64" }), "a arm b");
});

test("an extra adds its own edges, on each package apart", () => {
  const extras = (name: string): string => `[package.optional-dependencies]\nx = [{ name = "${name}" }]`;
  const text = `${app('{ name = "a", extra = ["x"] }, { name = "b" }')}${locked("a", "", extras("ax"))}${locked("b", "", extras("bx"))}${locked("ax")}${locked("bx")}`;
  assert.equal(names(text), "a ax b");
});

test("extras and groups are chosen by normalised names, and extras may name the project itself", () => {
  const more = `[package.optional-dependencies]
all = [{ name = "app", extra = ["gpu"] }]
gpu = [{ name = "g" }]
none = []
[package.dev-dependencies]
dev = [{ name = "d" }, { name = "app", extra = ["all"] }]
web = [{ name = "w" }]`;
  const text = `${app('{ name = "a" }', more)}${["a", "g", "d", "w"].map((name) => locked(name)).join("")}`;
  assert.equal(names(text), "a");
  assert.equal(names(text, { extras: ["ALL"] }), "a g");
  assert.equal(names(text, { extras: ["none"] }), "a");
  assert.equal(names(text, { allExtras: true }), "a g");
  assert.equal(names(text, { groups: ["Dev"] }), "a d g");
  const defaults = '[tool.uv]\ndefault-groups = ["dev", "web"]\n';
  assert.equal(names(text, {}, defaults), "a w");
  assert.equal(names(text, { noDefaultGroups: true }, defaults), "a");
  assert.deepEqual(
    select(text, { groups: ["dev"] }).map((one) => one.requested),
    [true, true, true],
  );
  assert.equal(message(text, { extras: ["cpu"] }), "app in uv.lock has no extra cpu | it has all, gpu, none");
  assert.equal(message(text, { groups: ["test"] }), "app in uv.lock has no group test | it has dev, web");
  assert.match(message(app(), { extras: ["cpu"] }), /has no extra cpu \| it has no extras at all/);
});

const GPU = `conflicts = [[{ package = "app", extra = "cpu" }, { package = "app", extra = "gpu" }]]\n`;
const CPU = "extra == 'extra-3-app-cpu'";
const torch = (version: string): string => locked("torch", "", "", version);
const edge = (name: string, version: string, marker: string): string =>
  `{ name = "${name}", version = "${version}", marker = "${marker}" }`;

test("conflict markers ask what is active: of two builds the chosen extra's is taken, and both are refused", () => {
  const either = `${edge("torch", "1", CPU)}, ${edge("torch", "2", "extra == 'extra-3-app-gpu' or extra != 'extra-3-app-cpu'")}`;
  const more = '[package.optional-dependencies]\ncpu = [{ name = "c" }]\ngpu = [{ name = "g" }]';
  const text = `${GPU}${app('{ name = "a" }', more)}${locked("a", either)}${torch("1")}${torch("2")}${locked("c")}${locked("g")}`;
  const versions = (choice: Choice): string =>
    select(text, choice)
      .map((one) => `${one.name}${one.version}`)
      .join(" ");
  assert.equal(versions({ extras: ["cpu"] }), "a1 c1 torch1");
  assert.equal(versions({ extras: ["gpu"] }), "a1 g1 torch2");
  assert.equal(versions({}), "a1 torch2");
  for (const choice of [{ extras: ["gpu", "cpu"] }, { allExtras: true }]) {
    assert.equal(
      message(text, choice),
      "app[cpu] and app[gpu] exclude each other in uv.lock | choose one of app[cpu], app[gpu]",
    );
  }
});

test("groups and whole projects are active by the choice, under names of their own", () => {
  const conflicts = `conflicts = [[{ package = "app", group = "a" }, { package = "app", group = "b" }], [{ package = "app" }, { package = "lib" }]]\n`;
  const more = "[package.dev-dependencies]\na = []\nb = []";
  const needs = [
    `{ name = "ga", marker = "extra == 'group-3-app-a'" }`,
    `{ name = "p", marker = "extra == 'project-3-app'" }`,
    `{ name = "q", marker = "extra == 'project-3-lib'" }`,
  ].join(", ");
  const members = '[manifest]\nmembers = ["app", "lib"]\n';
  const text = `${conflicts}${members}${app(needs, more)}${project("lib", 'virtual = "lib"', '{ name = "q" }')}${locked("ga")}${locked("p")}${locked("q")}`;
  assert.equal(names(text), "p");
  assert.equal(names(text, { groups: ["a"] }), "ga p");
  assert.equal(names(text, { project: "lib" }), "q");
  assert.match(message(text, { groups: ["a", "b"] }), /^app:a and app:b exclude each other/);
});

test("an extra that a dependency turns on counts, even where its marker stands before", () => {
  const more = '[package.optional-dependencies]\ncpu = [{ name = "c" }]\ngpu = []';
  const text = `${GPU}${app(`${edge("torch", "1", CPU)}, ${edge("torch", "2", CPU.replace("==", "!="))}, { name = "a" }`, more)}${locked("a", '{ name = "app", extra = ["cpu"] }')}${torch("1")}${torch("2")}${locked("c")}`;
  assert.deepEqual(
    select(text).map((one) => `${one.name}${one.version}`),
    ["a1", "c1", "torch1"],
  );
  assert.match(message(text, { extras: ["gpu"] }), /^app\[cpu\] and app\[gpu\] exclude each other/);
});

test("an edge to an extra may ask for that very extra", () => {
  const more = `[package.optional-dependencies]\ncpu = [{ name = "c" }]\n[package.dev-dependencies]\nweb = [{ name = "app", extra = ["cpu"], marker = "${CPU}" }]`;
  const text = `${GPU}${app("", more)}${locked("c")}`;
  assert.equal(names(text, { groups: ["web"] }), "c");
});

test("a lock that was resolved for nothing that the target is has no packages for it, and says so", () => {
  const text = (markers: string): string => `resolution-markers = [${markers}]\n${app('{ name = "a" }')}${locked("a")}`;
  assert.match(
    message(text("\"sys_platform == 'darwin'\"")),
    /^uv.lock was not resolved for linux\/amd64, CPython 3.12.4/,
  );
  assert.equal(names(text("\"sys_platform == 'linux' and extra == 'extra-3-app-x'\"")), "a");
  const supported = `supported-markers = ["platform_machine == 'x86_64'"]\n${app('{ name = "a" }')}${locked("a")}`;
  assert.equal(names(supported), "a");
  assert.match(
    message(supported, { platform: "arm64" }),
    /^uv.lock was made for platform_machine == 'x86_64', not for linux\/arm64/,
  );
  assert.match(message(supported, { python: "3.10.4" }), /^uv.lock is for Python >=3.11, the image has 3.10.4/);
});

test("two packages of one name can't both apply", () => {
  const { message: what, location } = failure(
    `${app('{ name = "x", version = "1" }, { name = "x", version = "2" }')}${locked("x")}${locked("x", "", "", "2")}`,
  );
  assert.equal(what, "two packages of the name x apply to this target: 1 (line 9) and 2 (line 16)");
  assert.equal(location?.line, 16);
});

const MEMBERS = '[manifest]\nmembers = ["app", "api", "web"]\n';
const WORKSPACE = `${MEMBERS}${app()}${project("api", 'virtual = "packages/api"', '{ name = "a" }')}${project("web", 'editable = "web"', '{ name = "b" }')}${locked("a")}${locked("b")}`;

test("a member of a workspace is chosen by its folder or its name", () => {
  assert.equal(names(WORKSPACE, { folder: "packages/api" }), "a");
  assert.equal(names(WORKSPACE, { folder: "./web/" }), "b");
  assert.equal(names(WORKSPACE, { project: "API", folder: "web" }), "a");
  assert.equal(names(WORKSPACE, { project: "app" }), "");
});

test("the root of a workspace that asks for nothing is refused, and so is what is no member", () => {
  const listed = "choose one with --package or by its folder: ";
  assert.equal(
    message(WORKSPACE),
    `app at the root of the workspace asks for no packages | ${listed}api (packages/api), web (web)`,
  );
  const all = `${listed}app (.), api (packages/api), web (web)`;
  assert.equal(message(WORKSPACE, { folder: "docs" }), `uv.lock has no project in docs | ${all}`);
  assert.equal(message(WORKSPACE, { project: "nope" }), `uv.lock has no project nope | ${all}`);
  const noRoot = WORKSPACE.replace(app(), "").replace('"app", ', "");
  assert.equal(message(noRoot), `uv.lock is of a workspace of 2 projects | ${listed}api (packages/api), web (web)`);
});

test("the only member of a workspace needs no choice, and a project without dependencies is one", () => {
  const text = `[manifest]\nmembers = ["api"]\n[manifest.dependency-groups]\ndev = [{ name = "b" }]\n${project("api", 'editable = "backend"', '{ name = "a" }')}${locked("a")}${locked("b")}`;
  assert.equal(names(text), "a");
  assert.equal(names(text, { groups: ["dev"] }), "a b");
  assert.equal(names(app()), "");
});

test("of a virtual member only what it needs is installed; of any other the sources are missing", () => {
  const text = `[manifest]\nmembers = ["app", "api", "web"]\n${app('{ name = "api" }, { name = "c" }')}${project("api", 'virtual = "api"', '{ name = "a" }')}${project("web", 'editable = "web"', '{ name = "b" }')}${locked("a")}${locked("b")}${locked("c", '{ name = "app" }')}`;
  assert.equal(names(text), "a c");
  const {
    code,
    message: what,
    problems,
  } = failure(
    text.replace('{ name = "a" }', '{ name = "web" }, { name = "lib" }') + project("lib", 'directory = "lib"'),
  );
  assert.equal(code, "INPUT_UNSUPPORTED");
  assert.equal(what, "web is a folder of sources, and nothing is built here: web");
  assert.deepEqual(
    problems.map((each) => each.message),
    ["lib is a folder of sources, and nothing is built here: lib"],
  );
});

test("what is blocked matters only where it is reached", () => {
  const git = project("x", 'git = "https://git.example/x?rev=1#abc"');
  const text = `${app('{ name = "a" }, { name = "x", marker = "platform_machine == \'aarch64\'" }')}${git}${locked("a")}`;
  assert.equal(names(text), "a");
  assert.match(message(text, { platform: "arm64" }), /^x is in version control/);
});

test("the requirements of a script are reached, each version where its fork holds", () => {
  const two = (version: string, marker: string): string =>
    locked("x", "", "", version).replace("wheels", `resolution-markers = ["${marker}"]\nwheels`);
  const text = `[manifest]\nrequirements = [{ name = "x", specifier = ">=1" }]\n${two("1", "python_full_version < '3.12'")}${two("2", "python_full_version >= '3.12'")}`;
  assert.deepEqual(
    select(text).map((one) => [one.version, one.requested]),
    [["2", true]],
  );
  assert.equal(select(text, { python: "3.11.1" })[0]?.version, "1");
});

test("an extra is turned on only by a dependency that is still reached with it", () => {
  const more = '[package.optional-dependencies]\ncpu = [{ name = "c" }]\ngpu = []';
  const text = `${GPU}${app(`{ name = "a", marker = "${CPU.replace("==", "!=")}" }`, more)}${locked("a", '{ name = "app", extra = ["cpu"] }')}${locked("c")}`;
  assert.equal(names(text), "a c");
  assert.equal(names(text, { extras: ["cpu"] }), "c");
});

test("more conflicting extras than a lock has in earnest are an error, and soon", () => {
  const count = 400;
  const items = Array.from({ length: count }, (_, index) => `[{ package = "p${index}", extra = "e" }]`).join(", ");
  const chain = Array.from({ length: count }, (_, index) =>
    locked(
      `p${index}`,
      "",
      `[package.optional-dependencies]\ne = [{ name = "p${(index + 1) % count}", extra = ["e"] }]`,
    ),
  ).join("");
  assert.match(
    message(`conflicts = [${items}]\n${app('{ name = "p0", extra = ["e"] }')}${chain}`),
    /^the extras of uv.lock exclude each other in too many ways/,
  );
});

test("random graphs reach what a plain closure reaches", () => {
  const random = xorshift(7);
  for (let round = 0; round < 60; round++) {
    const size = 2 + (random() % 12);
    const edges = Array.from({ length: size + 1 }, () =>
      Array.from({ length: random() % 4 }, () => ({ to: random() % size, holds: random() % 3 > 0 })),
    );
    const needs = (place: number): string =>
      (edges[place] ?? [])
        .map(({ to, holds }) => `{ name = "n${to}", marker = "os_name == '${holds ? "posix" : "nt"}'" }`)
        .join(", ");
    const text =
      app(needs(size)) + Array.from({ length: size }, (_, place) => locked(`n${place}`, needs(place))).join("");
    const reached = new Set<number>();
    const visit = (place: number): void => {
      for (const { to, holds } of edges[place] ?? []) {
        if (!holds || reached.has(to)) continue;
        reached.add(to);
        visit(to);
      }
    };
    visit(size);
    if (reached.size === 0 && edges[size]?.length !== 0) {
      assert.throws(() => names(text), { code: "INPUT_INVALID", message: /none of the .* applies/ });
      continue;
    }
    assert.equal(
      names(text),
      [...reached]
        .map((place) => `n${place}`)
        .sort()
        .join(" "),
    );
  }
});

test("nothing selected out of a lock is refused, but for a project that needs nothing", () => {
  const needsNothing = app("") + locked("a", "");
  assert.equal(names(needsNothing), "");
  const elsewhere = app('{ name = "a", marker = "os_name == \'nt\'" }') + locked("a", "");
  assert.throws(() => names(elsewhere), { message: /none of the .* of .*uv\.lock applies for linux\/amd64/ });
});
