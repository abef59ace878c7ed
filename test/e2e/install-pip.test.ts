import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createPool } from "../../src/assemble/pool.ts";
import { compareTrees, isListed } from "../corpus/compare.ts";
import { openCorpus, smallCorpusPins } from "../corpus/corpus.ts";
import { wheelLayer } from "../support/layer-tree.ts";
import { findPip, pipTree } from "../support/pip-tree.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs } from "../support/tools.ts";
import { buildWheel } from "../support/wheel.ts";

const SITE = "lib/python3/site-packages";

// `npm run corpus` does the same with every wheel of testdata/corpus.
test("layers of 60 real wheels hold what pip installs, and their RECORDs are true", async (t) => {
  const pins = smallCorpusPins();
  assert.ok(pins.length >= 60, `${pins.length} pins`);
  const corpus = await openCorpus();
  if (!needs(t, "pip >= 26.3 (in python3 or OCIASM_TEST_PYTHON)", corpus) || corpus === undefined) return;
  try {
    const results = await corpus.run(pins);
    const faults = results.flatMap(({ label, differences }) =>
      differences.filter((one) => !isListed(one)).map(({ kind, detail }) => `${label}: ${kind}: ${detail}`),
    );
    assert.deepEqual(faults, []);
    const files = results.reduce((sum, one) => sum + one.files, 0);
    assert.ok(files > 5000, `${files} files`);
    t.diagnostic(`${results.length} wheels, ${files} files, pip ${corpus.pip.version}`);
    // What has to differ, does: else the trees were not those of two installers.
    const seen = new Set(results.flatMap((one) => one.differences.map(({ kind }) => kind)));
    assert.deepEqual([...seen].sort(), ["installer", "interpreter", "pip3.X", "record text"]);
  } finally {
    await corpus.close();
  }
});

test("pip differs where docs/install.md says so of wheels that the corpus lacks", async (t) => {
  const folder = temporaryFolder(t);
  const pip = await findPip(folder);
  if (!needs(t, "pip >= 26.3 (in python3 or OCIASM_TEST_PYTHON)", pip) || pip === undefined) return;
  const strong = `sha512=${createHash("sha512").update("").digest("base64url")}`;
  const wheel = buildWheel({
    name: "Demo.Odd",
    version: "1.0",
    files: {
      "demo/__init__.py": "",
      "demo/strong.py": "",
      "demo/a, b.py": "",
      "demo/é.py": { content: "", mode: 0o666 },
    },
    scripts: {
      plain: { content: "#!/bin/sh\n", mode: 0o100644 },
      made: "stands for an entry point",
      old: { content: "#!pythonw -E\nx\n", mode: 0o100755 },
    },
    data: {
      "headers/demo.h": "",
      "data/lib64/demo.txt": "",
      "data/share/tool": { content: "", mode: 0o100700 },
      "data/share/typeless": { content: "", mode: 0o755 },
      "purelib/pure.py": "",
    },
    entryPoints: { console_scripts: { made: "demo:a.b [extra]" }, gui_scripts: { window: "demo:main" } },
    distInfo: { "RECORD.jws": "{}" },
    record: (rows) => rows.map((row) => (row.path === "demo/strong.py" ? { ...row, hash: strong } : row)),
  });
  const wheelPath = join(folder, wheel.filename);
  writeFileSync(wheelPath, wheel.bytes);
  const [name, version] = ["demo-odd", "1.0"];
  const { filename, sha256, size } = wheel;
  const pool = createPool({ workers: 0 });
  t.after(() => pool.close());
  const source = { type: "wheel", name, version, filename, sha256, size } as const;
  const layer = await wheelLayer(pool, source, { wheelPath, folder: join(folder, "l") });
  const tree = await pipTree(pip, { name, version, filename, wheelPath, folder: join(folder, "p") });
  const listed = new Set(["interpreter", "installer", "record text"]);
  const differences = compareTrees(layer, tree).filter(({ kind }) => !listed.has(kind));
  assert.deepEqual(differences.map(({ kind, detail }) => `${kind} ${detail.replace(/:.*/, "")}`).sort(), [
    "extra include/site/python3/Demo.Odd",
    "extra include/site/python3/Demo.Odd/demo.h",
    "missing include/site/python3/demo-odd",
    "missing include/site/python3/demo-odd/demo.h",
    `missing ${SITE}/demo_odd-1.0.dist-info/RECORD.jws`,
    "mode bin/plain",
    "mode share/typeless",
    "record row include/site/python3/Demo.Odd/demo.h",
    "record row include/site/python3/demo-odd/demo.h",
    `record row ${SITE}/demo/strong.py`,
    `record row ${SITE}/demo_odd-1.0.data/scripts/made`,
    `record row ${SITE}/demo_odd-1.0.dist-info/RECORD.jws`,
  ]);
});
