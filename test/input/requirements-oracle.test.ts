import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { pyproject } from "../../src/input/pyproject.ts";
import type { Asked } from "../../src/input/request.ts";
import { requirements } from "../../src/input/requirements.ts";
import { formatSpecifierSet } from "../../src/python/specifier.ts";
import { asRequest, inputContext, markerText } from "../support/input-context.ts";
import { Random } from "../support/random.ts";
import { needs } from "../support/tools.ts";

const PIP = `
import json, os, sys, tempfile
from packaging.utils import canonicalize_name
from pip._internal.req.req_file import parse_requirements
from pip._internal.req.constructors import install_req_from_parsed_requirement
os.environ.pop("UNSET", None)
os.environ["FILLED"] = "filled"
def row(parsed):
    if parsed.is_editable:
        return ["editable", parsed.constraint, parsed.requirement]
    req = install_req_from_parsed_requirement(parsed)
    url = req.link.url if req.link else None
    name = req.req.name if req.req else req.link.filename.split("-")[0]
    specifier = "" if req.req is None or url else str(req.req.specifier)
    marker = None if req.markers is None else str(req.markers)
    return [parsed.constraint, canonicalize_name(name), sorted({canonicalize_name(extra) for extra in req.extras}), specifier, url, marker]
out = []
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for files in json.load(sys.stdin):
        for name, text in files.items():
            with open(name, "w", newline="") as file:
                file.write(text)
        try:
            out.append([row(parsed) for parsed in parse_requirements("requirements.txt", session=None)])
        except Exception as error:
            out.append(None)
        for name in files:
            os.remove(name)
json.dump(out, sys.stdout)
`;

const GROUPS = `
import json, sys, tomllib
from packaging.dependency_groups import resolve_dependency_groups
out = []
for text in json.load(sys.stdin):
    groups = tomllib.loads(text)["dependency-groups"]
    try:
        out.append({name: [str(one) for one in resolve_dependency_groups(groups, name)] for name in groups})
    except Exception:
        out.append(None)
json.dump(out, sys.stdout)
`;

function ask<T>(
  t: Parameters<typeof needs>[0],
  program: string,
  questions: readonly unknown[],
): readonly T[] | undefined {
  const python = process.env["OCIASM_TEST_PYTHON"];
  if (!needs(t, "OCIASM_TEST_PYTHON", python)) return undefined;
  const run = spawnSync(python ?? "", ["-c", program], {
    input: JSON.stringify(questions),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout) as T[];
}

function row(asked: Asked, constraint: boolean): unknown {
  const { name, extras, specifiers, url } = asked.requirement;
  return [constraint, name, extras, formatSpecifierSet(specifiers), url ?? null, markerText(asked) ?? null];
}

type Files = Readonly<Record<string, string>>;

function ours(files: Files): unknown {
  try {
    const all = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/p/${name}`, text]));
    const context = inputContext("requirements.txt", all, { FILLED: "filled" });
    const input = asRequest(requirements.parse(files["requirements.txt"] ?? "", context));
    return [
      ...input.requirements.map((asked) => row(asked, false)),
      ...input.constraints.map((asked) => row(asked, true)),
    ];
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return null;
  }
}

const LINES = [
  "requests",
  "Foo_Bar[b,A] >= 1.0 , <2",
  "a==1 ; python_version < '3.9' and os_name == \"posix\"",
  "b (>=1)",
  "c~=1.4.2  # comment",
  "# a comment line \\",
  "d==2#no comment",
  "e >=1 \\\n  , <3",
  "f \\\n  # comment in between\n  ==2",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: pip expands it
  "g @ https://h.example/${FILLED}/${UNSET}/${lower}/g-1.0-py3-none-any.whl",
  "https://h.example/h-1.0-py3-none-any.whl#sha256=00 ; sys_platform == 'linux'",
  "i[x]@ https://h.example/i.zip",
  "--index-url https://index.example/simple --pre",
  "-c c.txt",
  "-r other.txt",
  "--requirement=other.txt",
  "--prefer-binary",
  "j --config-settings a=b",
  "  k\t",
  "",
  "l===weird-1",
  "m-_.n",
] as const;

test("generated requirements files ask for what pip's own parser reads", (t) => {
  const random = new Random(41);
  const cases: Files[] = Array.from({ length: 700 }, () => {
    const lines = Array.from({ length: 1 + random.below(4) }, () => random.pick(LINES));
    const joined = lines.join(random.pick(["\n", "\n", "\r\n"]));
    const text = random.below(3) === 0 ? random.mutate(joined, "a1.,;#[]<>=!~@ \n") : joined;
    return { "requirements.txt": text, "c.txt": "z<2\n", "other.txt": "o>1 # why\n" };
  });
  const theirs = ask<readonly unknown[] | null>(t, PIP, cases);
  if (theirs === undefined) return;
  const sorted = (rows: unknown): string =>
    JSON.stringify(Array.isArray(rows) ? rows.map((one) => JSON.stringify(one)).sort() : rows);
  const wrong = cases.flatMap((files, index) => {
    const mine = ours(files);
    // pip looks whether a path is there.
    if (JSON.stringify(mine).includes("file:///p/")) return [];
    const text = files["requirements.txt"];
    return sorted(mine) === sorted(theirs[index]) ? [] : [{ text, mine, theirs: theirs[index] }];
  });
  // pip takes shortened options and an empty marker, and splits `name @ url` at any semicolon.
  const strange = wrong.filter((one) => one.mine === null || one.theirs === null);
  assert.ok(strange.length < cases.length / 50, JSON.stringify(strange.slice(0, 15)));
  const different = wrong.filter((one) => !strange.includes(one));
  assert.deepEqual(
    different.map((one) => JSON.stringify(one)),
    [],
  );
});

test("generated dependency groups come to what packaging makes of them", (t) => {
  const random = new Random(42);
  const names = ["dev", "Dev", "docs", "test_x", "test-x", "lint"] as const;
  const texts = Array.from({ length: 1500 }, () => {
    const entry = () =>
      random.pick([
        () =>
          JSON.stringify(
            random.pick(["pytest", "ruff>=1", "a[x]; os_name == 'nt'", "b @ https://h.example/b.whl", "bad ="]),
          ),
        () => JSON.stringify(random.pick(["pytest", "ruff<2,>=1"])),
        () => `{include-group = "${random.pick([...names, "TEST.x"])}"}`,
      ])();
    const groups = [...new Set(Array.from({ length: 1 + random.below(4) }, () => random.pick(names)))];
    const lines = groups.map((name) => `"${name}" = [${Array.from({ length: random.below(4) }, entry).join(", ")}]`);
    return `[dependency-groups]\n${lines.join("\n")}\n`;
  });
  const theirs = ask<Readonly<Record<string, readonly string[]>> | null>(t, GROUPS, texts);
  if (theirs === undefined) return;
  const wrong = texts.flatMap((text, index) => {
    const mine = groupsOf(text);
    return JSON.stringify(mine) === JSON.stringify(theirs[index]) ? [] : [{ text, mine, theirs: theirs[index] }];
  });
  assert.ok(theirs.filter((one) => one !== null).length > 300);
  assert.deepEqual(wrong.slice(0, 10), []);
});

function groupsOf(text: string): unknown {
  try {
    const { groups } = asRequest(pyproject.parse(text, inputContext("pyproject.toml")));
    const written = [...text.matchAll(/^"([^"]+)" =/gm)].map((match) => match[1] ?? "");
    return Object.fromEntries(
      written.map((name) => [name, (groups[name.toLowerCase().replaceAll("_", "-")] ?? []).map(formatted)]),
    );
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return null;
  }
}

/** As packaging writes a requirement that it has read. */
function formatted(asked: Asked): string {
  const { name, extras, specifiers, url } = asked.requirement;
  const marker = markerText(asked);
  const source = url === undefined ? formatSpecifierSet(specifiers) : ` @ ${url}${marker === undefined ? "" : " "}`;
  return `${name}${extras.length === 0 ? "" : `[${extras.join(",")}]`}${source}${marker === undefined ? "" : `; ${marker}`}`;
}
