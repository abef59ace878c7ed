import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ociasm } from "../support/cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

// `plan` and `explain` of a lock whose wheels nobody has: nothing is fetched, and there is no network.

interface Row {
  readonly name: string;
  /** Absent where the lock does not tell. */
  readonly size?: number;
  readonly needs?: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: "torch", size: 800_000_000, needs: ["nvidia-cublas", "sympy", "filelock"] },
  { name: "nvidia-cublas", size: 400_000_000 },
  { name: "sympy", size: 6_000_000, needs: ["mpmath"] },
  { name: "mpmath", size: 500_000 },
  { name: "filelock", size: 15_000 },
  { name: "transformers", size: 11_000_000, needs: ["filelock", "numpy"] },
  { name: "accelerate", size: 370_000, needs: ["torch", "numpy"] },
  { name: "numpy", size: 16_000_000 },
];

/** Runs a verb on the lock of a project that asks for accelerate and transformers. */
function project(t: TestContext, rows: readonly Row[] = ROWS) {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "app"));
  writeFileSync(join(folder, "app", "main.py"), "print(1)\n");
  writeFileSync(join(folder, "app", "uv.lock"), lockText(rows));
  const flags = ["--frozen", "--offline", "--base", "scratch", "--python", "3.12", "--libc", "glibc:2.36", "-q"];
  const run = async (...words: readonly string[]): Promise<string> => {
    const all = [...words, ...flags, "--cache-dir", join(folder, "cache")];
    const { code, stdout, stderr } = await ociasm(all, { cwd: folder, env: { HOME: folder } });
    assert.equal(code, 0, `${words.join(" ")}\n${stderr}`);
    return stdout;
  };
  return { folder, app: join(folder, "app"), run };
}

test("a plan says what each layer is, how large, and that it is yet to be made", async (t) => {
  const { app, run } = project(t);
  const text = await run("plan", app);
  const [head = "", states = ""] = text.split("\n");
  assert.match(head, /^linux\/amd64 {2}\d+ layers, 1\.2 GB$/);
  assert.match(states, /^ {2}\d+ to make \(1\.2 GB\)$/);
  assert.match(text, /^ {2}package +torch +800 MB {2}to make {2}1\.0$/m);
  assert.match(text, /^ {2}bucket +packages \d+ of 16 +370 kB {2}to make {2}accelerate==1\.0$/m);
  assert.equal(text.includes("\u001b"), false);
  assert.ok(text.indexOf("torch") < text.indexOf("numpy"));
});

test("a plan that was written gives the same layers, also when a package is added", async (t) => {
  const { folder, app, run } = project(t);
  const file = "plan.yaml";
  const keys = async (...more: readonly string[]): Promise<readonly string[]> => {
    const { images } = JSON.parse(await run("plan", app, "--json", ...more));
    const layers: readonly { readonly kind: string; readonly key: string }[] = images[0].layers;
    return layers.flatMap(({ kind, key }) => (kind === "package" || kind === "bucket" ? [key] : []));
  };
  const free = await keys("--write", file);
  assert.match(readFileSync(join(folder, file), "utf8"), /- \{name: "torch", packages: \["torch"\]\}/);
  assert.deepEqual(await keys("--layer-policy", file), free);
  const [torch, ...others] = ROWS;
  assert.ok(torch !== undefined);
  const more = { ...torch, needs: [...(torch.needs ?? []), "jinja2"] };
  writeFileSync(join(app, "uv.lock"), lockText([more, ...others, { name: "jinja2", size: 130_000 }]));
  const frozen = await keys("--layer-policy", file);
  assert.deepEqual(frozen.slice(0, free.length), free);
  assert.equal(frozen.length, free.length + 1);
});

test("sizes that only the network knows are called unknown", async (t) => {
  const { app, run } = project(
    t,
    ROWS.map(({ size, ...row }) => (row.name === "numpy" || size === undefined ? row : { ...row, size })),
  );
  const text = await run("plan", app);
  assert.match(text, /^linux\/amd64 {2}\d+ layers, 1\.2 GB and 1 of unknown size$/m);
  assert.match(text, /^ {2}bucket +packages \d+ of 16 +unknown {2}to make {2}numpy==1\.0$/m);
});

test("a package is explained: who needs it, which layer it is in and why, what it costs", async (t) => {
  const { app, run } = project(t);
  assert.equal(
    await run("explain", "Torch", app),
    `torch 1.0  linux/amd64

why
  accelerate → torch

layer
  torch  800 MB, to be made
  large enough to stand alone: 524 kB or more, and there was room for it

costs
  800 MB to pull
  a new version of it sends 800 MB again
  without it the image is 1.2 GB smaller: with it go mpmath, nvidia-cublas, sympy
`,
  );
  const { explanations } = JSON.parse(await run("explain", "filelock", app, "--json"));
  const [{ why, layers, freed }] = explanations;
  assert.deepEqual(why, {
    requested: false,
    paths: [
      ["transformers", "filelock"],
      ["accelerate", "torch", "filelock"],
    ],
    neededBy: ["torch", "transformers"],
    onlyForIt: [],
  });
  assert.deepEqual([layers[0].reason.by, layers[0].reason.count, freed], ["bucket", 16, 15_000]);
});

test("a package that is not there is told by its nearest name", async (t) => {
  const { app } = project(t);
  const flags = ["--frozen", "--offline", "--base", "scratch", "--python", "3.12", "--libc", "glibc:2.36"];
  const { code, stderr } = await ociasm(["explain", "torhc", app, ...flags, "--cache-dir", join(app, "cache")]);
  assert.equal(code, 2);
  assert.match(stderr, /there is no package torhc in the image/);
  assert.match(stderr, /did you mean torch\?/);
});

function lockText(rows: readonly Row[]): string {
  const needsText = (names: readonly string[]) => `[${names.map((name) => `{ name = "${name}" }`).join(", ")}]`;
  const packages = rows.map(({ name, size, needs = [] }) => {
    const file = `${name.replaceAll("-", "_")}-1.0-py3-none-any.whl`;
    const hash = createHash("sha256").update(name).digest("hex");
    const bytes = size === undefined ? "" : `, size = ${size}`;
    return `[[package]]
name = "${name}"
version = "1.0"
source = { registry = "https://index.example/simple" }
dependencies = ${needsText(needs)}
wheels = [{ url = "https://index.example/${file}", hash = "sha256:${hash}"${bytes} }]
`;
  });
  return `version = 1
revision = 3
requires-python = ">=3.12"

${packages.join("\n")}
[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = ${needsText(["accelerate", "transformers"])}
`;
}
