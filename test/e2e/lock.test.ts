import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { ROOT, run } from "../support/cli.ts";
import { startHttpServer } from "../support/http-server.ts";
import { schemaErrors } from "../support/json-schema.ts";
import { type LockBench, lockBench } from "../support/lock-bench.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs } from "../support/tools.ts";
import type { WheelSpec } from "../support/wheel.ts";

const MACHINES = ["x86_64", "aarch64"];
const BOTH = ["--platform", "linux/amd64,linux/arm64"];

const SPECS: readonly WheelSpec[] = [
  { name: "web", version: "1.0", requires: ["core>=1", 'arm-only; platform_machine == "aarch64"'] },
  { name: "web", version: "2.0", requires: ["core>=1", 'arm-only; platform_machine == "aarch64"'] },
  ...MACHINES.map((machine) => ({ name: "core", version: "1.5", tag: `cp311-cp311-manylinux_2_17_${machine}` })),
  { name: "arm-only", version: "3" },
  { name: "speed", version: "0.1", requires: ["core"] },
  { name: "check-it", version: "7" },
  { name: "aside", version: "1" },
].map((spec) => ({ ...spec, files: { [`${spec.name.replaceAll("-", "_")}.py`]: `V = "${spec.version}"\n` } }));

const PYPROJECT = `[project]
name = "demo"
version = "1"
requires-python = ">=3.10"
dependencies = ["web", "aside"]
[project.optional-dependencies]
fast = ["speed"]
[dependency-groups]
dev = ["check-it"]
`;

async function bench(t: TestContext): Promise<LockBench> {
  const made = lockBench(temporaryFolder(t), await startHttpServer(t), SPECS);
  made.write("pyproject.toml", PYPROJECT);
  made.write("main.py", "print('hello')\n");
  return made;
}

async function ok(made: LockBench, verb: string, ...more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await made.run(verb, ...more);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

async function failing(made: LockBench, wanted: number, verb: string, ...more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await made.run(verb, ...more);
  assert.equal(code, wanted, stderr);
  assert.equal(stdout, "");
  return stderr;
}

test("a lock is found clean, is the same bytes again, also without the network, and says what a new one would change", async (t) => {
  const made = await bench(t);
  assert.equal(await ok(made, "lock", ...BOTH), made.lockFile);
  const first = made.lockText();
  await ok(made, "lock", "--check");
  await ok(made, "lock");
  assert.equal(made.lockText(), first);
  await ok(made, "lock", "--offline");
  assert.equal(made.lockText(), first);
  // What is locked stays although there is something newer.
  made.publish({ name: "core", version: "1.6" }, { name: "aside", version: "2" });
  await ok(made, "lock", "--check");
  made.write("pyproject.toml", PYPROJECT.replace('"aside"', '"aside>=2"'));
  assert.match(await failing(made, 3, "lock", "--check"), /pylock\.toml would change:\n +aside 1 -> 2\n/);
  assert.equal(made.lockText(), first);
});

test("--upgrade-package renews that package alone, --upgrade all", async (t) => {
  const made = await bench(t);
  await ok(made, "lock");
  made.publish({ name: "core", version: "1.6" }, { name: "aside", version: "2" });
  const one = JSON.parse(await ok(made, "lock", "--upgrade-package", "Aside", "--json"));
  assert.deepEqual([one.added, one.removed, one.updated], [[], [], [{ name: "aside", from: "1", to: "2" }]]);
  const all = JSON.parse(await ok(made, "lock", "--upgrade", "--json"));
  assert.deepEqual(all.updated, [{ name: "core", from: "1.5", to: "1.6" }]);
  assert.match(await failing(made, 2, "lock", "--upgrade", "--check"), /exclude each other/);
});

test("--upgrade-base renews no package", async (t) => {
  const made = await bench(t);
  await ok(made, "lock");
  made.publish({ name: "core", version: "1.6" });
  const base = JSON.parse(await ok(made, "lock", "--upgrade-base", "--json"));
  assert.deepEqual([base.added, base.removed, base.updated], [[], [], []]);
  assert.match(await failing(made, 2, "lock", "--upgrade-base", "--check"), /exclude each other/);
});

test("markers say what a target, an extra and a group have more", async (t) => {
  const made = await bench(t);
  await ok(made, "lock", ...BOTH);
  const result = JSON.parse(await ok(made, "lock", "--json"));
  assert.deepEqual(schemaErrors(JSON.parse(readFileSync(`${ROOT}schema/lock.schema.json`, "utf8")), result), []);
  const markers = result.packages.map((item: Readonly<Record<string, string>>) => [item["name"], item["marker"]]);
  assert.deepEqual(markers, [
    ["arm-only", 'platform_machine == "aarch64"'],
    ["aside", null],
    ["check-it", '"dev" in dependency_groups'],
    ["core", null],
    ["speed", '"fast" in extras'],
    ["web", null],
  ]);
  const core = result.packages.find((item: Readonly<Record<string, unknown>>) => item["name"] === "core");
  assert.deepEqual(
    core.wheels.map((wheel: Readonly<Record<string, string>>) => wheel["filename"]),
    ["core-1.5-cp311-cp311-manylinux_2_17_aarch64.whl", "core-1.5-cp311-cp311-manylinux_2_17_x86_64.whl"],
  );
});

test("packaging selects from the lock what each target needs, and pip takes it", async (t) => {
  const python = process.env["OCIASM_TEST_PYTHON"];
  if (!needs(t, "OCIASM_TEST_PYTHON", python)) return;
  const made = await bench(t);
  await ok(made, "lock", ...BOTH);
  const chosen = async (machine: string, extras: string, groups: string): Promise<string> => {
    const { code, stdout, stderr } = await run(python ?? "", ["-c", SELECT, made.lockFile, machine, extras, groups]);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };
  assert.equal(await chosen("x86_64", "", ""), "aside core web");
  assert.equal(await chosen("aarch64", "", ""), "arm-only aside core web");
  assert.equal(await chosen("x86_64", "fast", "dev"), "aside check-it core speed web");
  // pip looks for the tags of the Python that runs it: a lock of pure wheels suits any.
  rmSync(made.lockFile);
  made.publish({ name: "core", version: "2" });
  await ok(made, "lock");
  const text = made.lockText().replace(/^environments = \[.*?^\]\n/ms, "");
  made.write("pylock.pip.toml", text);
  const pip = ["-m", "pip", "install", "--dry-run", "--ignore-installed", "--report", "-", "--quiet"];
  const { code, stdout, stderr } = await run(
    python ?? "",
    [...pip, "--disable-pip-version-check", "-r", join(made.context, "pylock.pip.toml")],
    { env: { PATH: process.env["PATH"] ?? "", HOME: made.context, PIP_CONFIG_FILE: "/dev/null" } },
  );
  assert.equal(code, 0, stderr);
  const names = JSON.parse(stdout).install.map((item: { metadata: { name: string } }) => item.metadata.name);
  assert.deepEqual(names.sort(), ["aside", "core", "web"]);
});

const SELECT = `
import sys, tomllib
from packaging.pylock import Pylock
from packaging.tags import compatible_tags, cpython_tags
path, machine, extras, groups = sys.argv[1:]
with open(path, "rb") as file:
    lock = Pylock.from_dict(tomllib.load(file))
platforms = [f"manylinux_2_{n}_{machine}" for n in range(36, 16, -1)]
chosen = lock.select(
    environment={"implementation_name": "cpython", "implementation_version": "3.11.0", "os_name": "posix",
        "platform_machine": machine, "platform_release": "", "platform_system": "Linux", "platform_version": "",
        "python_full_version": "3.11.0", "platform_python_implementation": "CPython", "python_version": "3.11",
        "sys_platform": "linux"},
    tags=[*cpython_tags((3, 11), ["cp311"], platforms), *compatible_tags((3, 11), "cp311", platforms)],
    extras=extras.split(), dependency_groups=groups.split())
print(*(package.name for package, _ in chosen))
`;

test("an image is the same from the request, from its lock, and from a lock that was converted", async (t) => {
  const made = await bench(t);
  // The lock lies elsewhere, so that the project's files are the same.
  const elsewhere = join(dirname(made.context), "pylock.toml");
  const flags = ["--extra", "fast", "-t", "demo:1", ...BOTH];
  const asked = await ok(made, "build", ...flags);
  await ok(made, "lock", ...BOTH, "-o", elsewhere);
  made.publish({ name: "web", version: "3" });
  assert.equal(await ok(made, "build", ...flags, "--lock", elsewhere, "--locked"), asked);
  const again = join(dirname(made.context), "pylock.again.toml");
  await ok(made, "lock", ...BOTH, "--lock", elsewhere, "-o", again);
  assert.equal(await ok(made, "build", ...flags, "--lock", again), asked);
  assert.notEqual(await ok(made, "build", ...flags), asked);
});

test("a build warns of a lock that was made from something else, --locked refuses it, --frozen does not look", async (t) => {
  const made = await bench(t);
  assert.match(await failing(made, 2, "build", "--locked"), /needs a lock/);
  await ok(made, "lock");
  await ok(made, "build", "--locked");
  made.write("pyproject.toml", PYPROJECT.replace('version = "1"', 'version = "2"'));
  await ok(made, "build", "--locked");
  made.write("pyproject.toml", PYPROJECT.replace('"aside"', '"speed"'));
  assert.match(await failing(made, 3, "build", "--locked"), /LOCK_OUTDATED.*pyproject\.toml changed/);
  assert.match((await made.run("build")).stderr, /warning: pylock\.toml is outdated/);
  assert.doesNotMatch((await made.run("build", "--frozen")).stderr, /outdated/);
});

test("a lock is whole or the old one, whenever the run is killed", async (t) => {
  const made = await bench(t);
  await ok(made, "lock");
  const seen = new Set([made.lockText()]);
  made.publish({ name: "core", version: "1.6" });
  for (const milliseconds of [150, 250, 350, 450, 550]) {
    const running = made.start("lock", "--upgrade");
    setTimeout(() => running.kill("SIGKILL"), milliseconds);
    await running.result;
    seen.add(made.lockText());
  }
  await ok(made, "lock", "--upgrade");
  seen.add(made.lockText());
  assert.match(made.lockText(), /version = "1\.6"/);
  assert.equal(seen.size, 2);
  assert.deepEqual(readdirSync(made.context).sort(), ["main.py", "pylock.toml", "pyproject.toml"]);
});

test("a login of the index never reaches the lock", async (t) => {
  const made = await bench(t);
  const url = made.index.url.replace("http://", "http://someone:verysecret@");
  await ok(made, "lock", "--index-url", url);
  assert.doesNotMatch(made.lockText(), /someone|verysecret/);
});

test("what can't be locked has its exit code and leaves no file", async (t) => {
  const made = await bench(t);
  made.write("pyproject.toml", PYPROJECT.replace('"web"', '"web>9"'));
  assert.match(await failing(made, 3, "lock"), /UNSATISFIABLE/);
  made.write("pyproject.toml", PYPROJECT.replace('"web"', '"no such name"'));
  assert.match(await failing(made, 2, "lock"), /pyproject\.toml:5/);
  made.write("pyproject.toml", PYPROJECT);
  assert.match(await failing(made, 2, "lock", "-o", "lock.txt"), /pylock\.toml/);
  assert.match(await failing(made, 2, "lock", "--extra", "nope"), /no extra nope/);
  assert.match(await failing(made, 4, "lock", "--offline"), /OFFLINE/);
  rmSync(join(made.context, "pyproject.toml"));
  assert.match(await failing(made, 2, "lock"), /which packages are needed/);
  assert.equal(existsSync(made.lockFile), false);
  made.write("requirements.txt", "web\n");
  await ok(made, "lock");
  assert.match(await failing(made, 2, "build", "--prerelease", "allow"), /--prerelease has no effect on a lock/);
});

test("an extra that has no solution is left out with a warning, unless it is asked for", async (t) => {
  const made = await bench(t);
  made.write("pyproject.toml", PYPROJECT.replace('fast = ["speed"]', 'fast = ["speed"]\nodd = ["core>9"]'));
  const { code, stderr } = await made.run("lock");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /warning: extra odd is left out of the lock/);
  assert.match(made.lockText(), /^extras = \["fast"\]$/m);
  assert.match(await failing(made, 3, "lock", "--extra", "odd"), /UNSATISFIABLE/);
});

test("requirements files, constraints, overrides and a script are built from without a lock", async (t) => {
  const made = await bench(t);
  const plan = async (...more: readonly string[]): Promise<string> => {
    const images = JSON.parse(await ok(made, "plan", "--json", ...more)).images;
    return images[0].layers
      .flatMap((layer: { packages: readonly string[] }) => layer.packages)
      .sort()
      .join(" ");
  };
  assert.equal(await plan(), "aside==1 core==1.5 web==2.0");
  assert.equal(await plan("--all-extras", "--group", "dev"), "aside==1 check-it==7 core==1.5 speed==0.1 web==2.0");
  assert.equal(await plan("--resolution", "lowest"), "aside==1 core==1.5 web==1.0");
  made.write("in.txt", "web\n");
  made.write("bounds.txt", "web<2\n");
  const named = ["-r", join(made.context, "in.txt")];
  assert.equal(await plan(...named), "core==1.5 web==2.0");
  assert.equal(await plan(...named, "-c", join(made.context, "bounds.txt")), "core==1.5 web==1.0");
  assert.equal(await plan(...named, "--override", join(made.context, "bounds.txt")), "core==1.5 web==1.0");
  made.write("job.py", '# /// script\n# dependencies = ["speed"]\n# ///\nimport speed\n');
  assert.equal(await plan("-r", join(made.context, "job.py")), "core==1.5 speed==0.1");
});

test("what the configuration says of resolving holds as the flags do", async (t) => {
  const made = await bench(t);
  made.publish({ name: "web", version: "9rc1" });
  made.write("bounds.txt", "web==1.0\n");
  const names = async (config: string): Promise<string> => {
    made.write("ociasm.yaml", config);
    const { code, stdout, stderr } = await made.run("plan", "--json");
    if (code !== 0) return /^error\[(\w+)\]/m.exec(stderr)?.[1] ?? stderr;
    const images: readonly { readonly layers: readonly { readonly packages: readonly string[] }[] }[] =
      JSON.parse(stdout).images;
    return images
      .flatMap(({ layers }) => layers.flatMap(({ packages }) => packages))
      .filter((name) => /^(?:web|speed)==/.test(name))
      .sort()
      .join(" ");
  };
  assert.equal(await names("{}"), "web==2.0");
  assert.equal(await names("all-extras: true"), "speed==0.1 web==2.0");
  assert.equal(await names("resolution: lowest-direct"), "web==1.0");
  assert.equal(await names("prerelease: allow"), "web==9rc1");
  assert.equal(await names("overrides: [bounds.txt]"), "web==1.0");
  assert.equal(await names("only-binary: [web]\nindex-strategy: first-index"), "web==2.0");
  assert.equal(await names("exclude-newer: 2020-01-01"), "UNSATISFIABLE");
  assert.equal(await names("no-binary: [web]"), "UNSATISFIABLE");
  assert.equal(await names("resolution: newest"), "CONFIG_INVALID");
});

test("a workspace's lock is found above its members, and one of them is built", async (t) => {
  const made = await bench(t);
  const url = (name: string): string => new URL(made.index.file(name), made.index.url).href;
  const [web] = made.publish({ name: "only", version: "1" });
  made.write("pyproject.toml", '[project]\nname = "api"\nversion = "1"\ndependencies = ["only"]\n');
  const member = (name: string, path: string, needs: string): string =>
    `[[package]]\nname = "${name}"\nversion = "1"\nsource = { virtual = "${path}" }\ndependencies = [${needs}]\n`;
  writeFileSync(
    join(dirname(made.context), "uv.lock"),
    `version = 1\nrevision = 3\nrequires-python = ">=3.10"\n[manifest]\nmembers = ["api", "other"]\n
${member("api", "context", '{ name = "only" }')}
${member("other", "other", "")}
[[package]]\nname = "only"\nversion = "1"\nsource = { registry = "${made.index.url}" }
wheels = [{ url = "${url(web?.filename ?? "")}", hash = "sha256:${web?.sha256}", size = ${web?.size} }]\n`,
  );
  const plan = await ok(made, "plan", "--locked");
  assert.match(plan, /only==1/);
  assert.doesNotMatch(await ok(made, "plan", "--package", "other"), /only==1/);
  assert.match(await failing(made, 2, "plan", "--package", "none"), /no project none/);
});
