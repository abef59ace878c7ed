import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isOciasmError } from "../../src/errors.ts";
import type { LockInput } from "../../src/input/input.ts";
import { uvLock } from "../../src/input/uv-lock.ts";
import { parseSpecifierSet, specifierContains } from "../../src/python/specifier.ts";
import type { Target } from "../../src/python/target.ts";
import { type SelectChoice, selectPackages } from "../../src/resolve/select.ts";
import { testTarget } from "../support/target.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, oraclePython } from "../support/tools.ts";
import { applicable, oracleUv, uvExport } from "../support/uv-export.ts";

const JUDGES = fileURLToPath(new URL("../../../../shared/judges/uv-locks", import.meta.url));
const PYTHONS = ["3.11.9", "3.12.4", "3.13.1", "3.14.0"];
const TARGETS: readonly Target[] = ["amd64", "arm64"].flatMap((platform) =>
  PYTHONS.map((python) => testTarget({ platform, python })),
);
/** Of one lock with sixty extras the others say nothing new. */
const MAX_EXTRAS = 16;

interface Case {
  readonly name: string;
  readonly input: LockInput;
  readonly choice: SelectChoice;
  readonly lines: readonly string[];
}

function readLock(folder: string): LockInput {
  const file = join(folder, "uv.lock");
  const readInclude = (path: string) => {
    const whole = join(folder, path);
    return existsSync(whole) ? { path: whole, text: readFileSync(whole, "utf8") } : undefined;
  };
  return uvLock.parse(readFileSync(file, "utf8"), { file, environment: {}, readInclude });
}

const NOTHING: SelectChoice = { extras: [], groups: [], noDefaultGroups: false };

function choicesOf(
  input: LockInput,
): readonly { readonly options: readonly string[]; readonly choice: SelectChoice }[] {
  const clashes = input.selection.by === "graph" && input.selection.graph.conflicts.length > 0;
  const extras = input.extras.slice(0, MAX_EXTRAS);
  const all = { options: ["--no-dev", "--all-extras"], choice: { ...NOTHING, allExtras: true } };
  return [
    { options: ["--no-dev"], choice: NOTHING },
    ...(clashes ? [] : [all]),
    ...extras.map((extra) => ({ options: ["--no-dev", "--extra", extra], choice: { ...NOTHING, extras: [extra] } })),
    ...input.groups.map((group) => ({
      options: ["--no-default-groups", "--group", group],
      choice: { ...NOTHING, noDefaultGroups: true, groups: [group] },
    })),
  ];
}

function casesOf(uv: string, name: string): readonly Case[] {
  const folder = join(JUDGES, name);
  const input = readLock(folder);
  return choicesOf(input).map(({ options, choice }) => {
    const lines = uvExport(uv, folder, options);
    return { name: `${name} ${options.join(" ")}`, input, choice, lines };
  });
}

test("real locks give the very packages that uv exports, for every target and choice", (t) => {
  if (!existsSync(JUDGES)) return t.skip("the judges are not on this machine");
  const python = oraclePython();
  if (!needs(t, "Python with packaging", python) || python === undefined) return;
  const uv = oracleUv(python);
  if (!needs(t, "uv", uv) || uv === undefined) return;
  const folders = readdirSync(JUDGES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const cases = folders.flatMap((folder) => casesOf(uv, folder.name));
  const expected = applicable(
    python,
    cases.map((one) => one.lines),
    TARGETS,
  );
  let compared = 0;
  cases.forEach((one, index) => {
    TARGETS.forEach((target, number) => {
      if (checkRefusal(one, target)) return;
      const selected = selectPackages(one.input, target, one.choice).map((each) => each.package);
      const found = selected.map((each) => `${each.name}==${each.version}`).sort();
      const wanted = expected[index]?.[number];
      assert.deepEqual(found, wanted, `${one.name} on ${JSON.stringify(target)}`);
      compared += 1;
    });
  });
  t.diagnostic(`${compared} selections of ${cases.length} choices in ${folders.length} locks`);
  assert.ok(compared > 400, `${compared} compared`);
});

const REGISTRY = '{ registry = "https://index.example/simple" }';
const entry = (name: string, version: string, needs = ""): string =>
  `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = ${REGISTRY}\ndependencies = [${needs}]\nwheels = [{ url = "https://files.example/${name}-${version}-py3-none-any.whl", hash = "sha256:${"0".repeat(64)}" }]\n`;
const torch = (version: string, marker: string): string =>
  `{ name = "torch", version = "${version}", source = ${REGISTRY}, marker = "${marker}" }`;
const CPU = "extra == 'extra-3-app-cpu'";
const GPU = "extra == 'extra-3-app-gpu'";
const NEITHER = "extra != 'extra-3-app-cpu' and extra != 'extra-3-app-gpu'";
const EITHER = [torch("1+cpu", CPU), torch("1+cu", GPU), torch("1", NEITHER)].join(", ");

/** As uv locks a project whose extras exclude each other, with an extra and a group that turn on others. */
const CONFLICTING = `version = 1
revision = 3
requires-python = ">=3.11"
conflicts = [[{ package = "app", extra = "cpu" }, { package = "app", extra = "gpu" }]]
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "lib" }]
[package.optional-dependencies]
cpu = [${torch("1+cpu", "sys_platform == 'linux'")}]
gpu = [${torch("1+cu", "sys_platform == 'linux'")}]
all = [{ name = "app", extra = ["gpu"] }]
[package.dev-dependencies]
test = [{ name = "app", extra = ["cpu"] }, { name = "tool" }]
[package.metadata]
provides-extras = ["cpu", "gpu", "all"]
${entry("lib", "1", EITHER)}${entry("tool", "1")}${entry("torch", "1")}${entry("torch", "1+cpu")}${entry("torch", "1+cu")}`;

const PYPROJECT = `[project]
name = "app"
version = "1"
requires-python = ">=3.11"
[project.optional-dependencies]
cpu = []
gpu = []
all = []
[dependency-groups]
test = []
[tool.uv]
conflicts = [[{ extra = "cpu" }, { extra = "gpu" }]]
`;

test("of builds that exclude each other the same one is selected as uv exports", (t) => {
  const python = oraclePython();
  if (!needs(t, "Python with packaging", python) || python === undefined) return;
  const uv = oracleUv(python);
  if (!needs(t, "uv", uv) || uv === undefined) return;
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "uv.lock"), CONFLICTING);
  writeFileSync(join(folder, "pyproject.toml"), PYPROJECT);
  const input = readLock(folder);
  const choices: readonly [readonly string[], Partial<SelectChoice>][] = [
    [[], {}],
    [["--extra", "cpu"], { extras: ["cpu"] }],
    [["--extra", "gpu"], { extras: ["gpu"] }],
    [["--extra", "all"], { extras: ["all"] }],
    [["--group", "test"], { groups: ["test"] }],
  ];
  const target = testTarget({ python: "3.12.4" });
  const select = (choice: Partial<SelectChoice>): readonly string[] =>
    selectPackages(input, target, { ...NOTHING, ...choice }).map(({ package: one }) => `${one.name}==${one.version}`);
  const lists = choices.map(([options]) => uvExport(uv, folder, options));
  const expected = applicable(python, lists, [target]);
  for (const [index, [options, choice]] of choices.entries()) {
    assert.deepEqual(select(choice), expected[index]?.[0], options.join(" "));
  }
  for (const both of [["--extra", "cpu", "--extra", "gpu"], ["--all-extras"]]) {
    assert.throws(() => uvExport(uv, folder, both), /conflict/);
  }
  assert.throws(() => select({ allExtras: true }), /app\[cpu\] and app\[gpu\] exclude each other/);
  assert.throws(() => select({ groups: ["test"], extras: ["gpu"] }), /app\[cpu\] and app\[gpu\] exclude each other/);
});

/** A lock that is for another Python is refused with that reason, and uv is not asked. */
function checkRefusal({ input, choice }: Case, target: Target): boolean {
  const set = parseSpecifierSet(input.requiresPython ?? "");
  if (set === undefined || specifierContains(set, target.python.version)) return false;
  assert.throws(
    () => selectPackages(input, target, choice),
    (error) => isOciasmError(error) && error.message.includes(`is for Python ${input.requiresPython}`),
  );
  return true;
}
