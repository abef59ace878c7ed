import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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
