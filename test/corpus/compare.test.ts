import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { AssembledLayer } from "../../src/assemble/job.ts";
import { digestOfHex } from "../../src/oci/digest.ts";
import { readInstalledRecord, type TreeNode } from "../support/installed-tree.ts";
import type { WheelLayer } from "../support/layer-tree.ts";
import { linkedPlace, type PipTree } from "../support/pip-tree.ts";
import { compareTrees, isListed } from "./compare.ts";

const SITE = "lib/python3/site-packages";
const RECORD = `${SITE}/demo-1.0.dist-info/RECORD`;

interface Files {
  readonly [path: string]: string | { readonly text: string; readonly mode: number };
}

const demo: Files = {
  [`${SITE}/demo.py`]: "x = 1\n",
  [`${SITE}/demo-1.0.dist-info/INSTALLER`]: "ociasm\n",
  "bin/demo": { text: "#!/app/.venv/bin/python\n", mode: 0o755 },
};

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function textOf(file: Files[string]): string {
  return typeof file === "string" ? file : file.text;
}

function recordOf(files: Files, end: string): string {
  const rows = Object.entries(files).map(([path, file]) => {
    const name = path.startsWith(SITE) ? path.slice(SITE.length + 1) : `../../../${path}`;
    return `${name},sha256=${sha256(textOf(file)).toString("base64url")},${textOf(file).length}`;
  });
  return [...rows, "demo-1.0.dist-info/RECORD,,"].map((row) => row + end).join("");
}

function nodesOf(files: Files): Map<string, TreeNode> {
  return new Map(
    Object.entries(files).map(([path, file]) => {
      const hex = sha256(textOf(file)).toString("hex");
      const mode = typeof file === "string" ? 0o644 : file.mode;
      return [path, { type: "file", mode, size: textOf(file).length, sha256: hex }] as const;
    }),
  );
}

const layer: AssembledLayer = {
  key: digestOfHex("0".repeat(64)),
  blob: { digest: digestOfHex("0".repeat(64)), size: 0 },
  diffId: digestOfHex("0".repeat(64)),
  uncompressedSize: 0,
  listing: { digest: digestOfHex("0".repeat(64)), size: 0 },
  libraries: [],
  warnings: [],
};

function ours(files: Files = demo, record: string = recordOf(files, "\n")): WheelLayer {
  const nodes = nodesOf({ ...files, [RECORD]: record });
  return { nodes, record: { path: RECORD, text: record }, layer, faults: [] };
}

function theirs(changes: Files = {}): PipTree {
  const files = { ...demo, [`${SITE}/demo-1.0.dist-info/INSTALLER`]: "pip\n", ...changes };
  const text = recordOf(files, "\r\n");
  const nodes = nodesOf({ ...files, [RECORD]: text });
  return { nodes, record: { path: RECORD, text }, shebangs: new Set(["bin/demo"]) };
}

function faults(left: WheelLayer, right: PipTree): readonly string[] {
  return compareTrees(left, right)
    .filter((one) => !isListed(one))
    .map(({ kind }) => kind);
}

test("an honest layer differs from pip's tree in the listed ways only", () => {
  assert.deepEqual(
    compareTrees(ours(), theirs())
      .map(({ kind }) => kind)
      .sort(),
    ["installer", "interpreter", "record text"],
  );
});

test("a missing, a further and a changed file are faults, in the tree and in RECORD", () => {
  const more = theirs({ [`${SITE}/more.py`]: "" });
  assert.deepEqual(faults(ours(), more), ["missing", "record row"]);
  assert.deepEqual(faults(ours({ ...demo, [`${SITE}/more.py`]: "" }), theirs()), ["extra", "record row"]);
  assert.deepEqual(faults(ours({ ...demo, [`${SITE}/demo.py`]: "x = 2\n" }), theirs()), ["content", "record row"]);
});

test("another mode is a fault", () => {
  assert.deepEqual(
    faults(ours({ ...demo, "bin/demo": { text: textOf(demo["bin/demo"] ?? ""), mode: 0o644 } }), theirs()),
    ["mode"],
  );
});

test("a script that differs behind its first line is a fault", () => {
  const script = { text: "#!/app/.venv/bin/python\nimport re\n", mode: 0o755 };
  assert.deepEqual(faults(ours(), theirs({ "bin/demo": script })), ["content"]);
});

test("pip's script for its own minor may be missing, and no other", () => {
  assert.deepEqual(faults(ours(), theirs({ "bin/pip3.11": "" })), []);
  assert.deepEqual(faults(ours(), theirs({ "bin/pip3": "" })), ["missing", "record row"]);
});

test("a RECORD that lies about the layer is a fault", () => {
  const record = recordOf(demo, "\n");
  const lies = (text: string) => faults(ours(demo, text), theirs()).filter((kind) => kind === "record lie").length;
  assert.equal(lies(record), 0);
  assert.equal(lies(record.replace("demo.py,sha256=", "demo.py,sha256=A")), 1);
  assert.equal(lies(record.replace(",6\n", ",7\n")), 1);
  assert.equal(lies(record.split("\n").slice(1).join("\n")), 1);
  assert.equal(lies(`${record}gone.py,,\n`), 1);
  assert.equal(lies(record.replaceAll("\n", "\r\n")), 1);
});

test("rows with quoted names are read, doubles are refused", () => {
  assert.deepEqual(
    [...readInstalledRecord('"a,""b.py",sha256=x,1\r\nc,,\n')],
    [
      ['a,"b.py', { hash: "sha256=x", size: "1" }],
      ["c", { hash: "", size: "" }],
    ],
  );
  assert.throws(() => readInstalledRecord("a,,\na,,\n"), /second/);
});

test("paths through the environment's links are taken for what the links lead to", () => {
  assert.equal(linkedPlace("lib64/python3.11/site-packages/x"), "lib/python3/site-packages/x");
  assert.equal(linkedPlace("lib/python3.11/site-packages/x"), "lib/python3/site-packages/x");
  assert.equal(linkedPlace("include/site/python3.14t/x/x.h"), "include/site/python3/x/x.h");
  assert.equal(linkedPlace("share/python3.11/x"), "share/python3.11/x");
});
