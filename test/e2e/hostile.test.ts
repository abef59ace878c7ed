import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { buildBench } from "../support/build-bench.ts";
import { startHttpServer } from "../support/http-server.ts";
import { rememberedPackages, rememberedPaths, storeProblems, storeTemporaries } from "../support/store-check.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { type BuiltWheel, buildWheel, type RecordRow, type WheelFile, type WheelSpec } from "../support/wheel.ts";
import type { ZipPart } from "../support/zip.ts";

// Each wheel comes from an index with its true sha256, so that nothing but its content can give it away.

const SOUND: WheelSpec = {
  name: "demo",
  version: "1.0",
  files: { "demo/__init__.py": "answer = 42\n", "demo/data.txt": "some text ".repeat(100) },
};

/** What is wrong, the wheel, and how the message names the entry. */
interface Hostile {
  readonly what: string;
  readonly spec: Partial<WheelSpec>;
  readonly names: RegExp;
}

function extra(part: ZipPart): Partial<WheelSpec> {
  return { parts: (parts) => [part, ...parts] };
}

/** A lie about `demo/data.txt`. */
function lie(change: (part: ZipPart) => Partial<ZipPart>): Partial<WheelSpec> {
  return {
    parts: (parts) => parts.map((part) => (part.name === "demo/data.txt" ? { ...part, ...change(part) } : part)),
  };
}

function record(change: (row: RecordRow) => readonly RecordRow[]): Partial<WheelSpec> {
  return { record: (rows) => rows.flatMap((row) => (row.path === "demo/data.txt" ? change(row) : [row])) };
}

function withFiles(files: Readonly<Record<string, WheelFile>>): Partial<WheelSpec> {
  return { files: { ...SOUND.files, ...files } };
}

const DATA = "some text ".repeat(100);
const PACKED = deflateRawSync(DATA);
const NAMES_DATA = /demo\/data\.txt/;

const hostile: readonly Hostile[] = [
  { what: "a path that climbs out", spec: extra({ name: "../../evil.py" }), names: /"\.\.\/\.\.\/evil\.py"/ },
  {
    what: "a path that climbs out halfway",
    spec: extra({ name: "demo/../../evil.py" }),
    names: /demo\/\.\.\/\.\.\/evil/,
  },
  { what: "an absolute path", spec: extra({ name: "/etc/passwd" }), names: /"\/etc\/passwd"/ },
  { what: "a drive letter", spec: extra({ name: "C:/evil.py" }), names: /"C:\/evil\.py"/ },
  { what: "a backslash", spec: extra({ name: "..\\evil.py" }), names: /evil\.py/ },
  { what: "a NUL in a name", spec: extra({ name: "demo/a.py\0.txt" }), names: /"demo\/a\.py\\x00\.txt"/ },
  { what: "an escape sequence in a name", spec: extra({ name: "demo/\x1b[2J" }), names: /"demo\/\\x1b\[2J"/ },
  { what: "a name that deletes lower files", spec: extra({ name: "demo/.wh.x" }), names: /"demo\/\.wh\.x"/ },
  {
    what: "a symbolic link",
    spec: extra({ name: "demo/x", content: "/etc/passwd", mode: 0o120777 }),
    names: /"demo\/x"/,
  },
  { what: "a device", spec: extra({ name: "demo/null", mode: 0o020666 }), names: /"demo\/null"/ },
  { what: "a name twice", spec: extra({ name: "demo/data.txt", content: "other" }), names: NAMES_DATA },
  { what: "names that differ in case", spec: extra({ name: "demo/DATA.txt" }), names: /"demo\/(DATA|data)\.txt"/ },
  { what: "a file that is a directory too", spec: extra({ name: "demo" }), names: /"demo"/ },
  {
    what: "a bomb that its directory admits",
    spec: lie(() => ({ raw: PACKED, central: { size: 200_000_000 }, local: { size: 200_000_000 } })),
    names: NAMES_DATA,
  },
  {
    what: "a bomb that its directory hides",
    spec: lie(() => ({ raw: deflateRawSync(Buffer.alloc(64 * 2 ** 20)) })),
    names: NAMES_DATA,
  },
  {
    what: "entries that share their data",
    spec: {
      parts: (parts) => [...parts, { name: "demo/twin.txt", content: DATA, centralOnly: true, central: { offset: 0 } }],
    },
    names: /demo\/twin\.txt|demo\/__init__\.py/,
  },
  {
    what: "a size that is too small",
    spec: lie(() => ({ central: { size: 9 }, local: { size: 9 } })),
    names: NAMES_DATA,
  },
  {
    what: "a size that is too large",
    spec: lie(() => ({ central: { size: 1001 }, local: { size: 1001 } })),
    names: NAMES_DATA,
  },
  { what: "a CRC that lies", spec: lie(() => ({ central: { crc32: 7 }, local: { crc32: 7 } })), names: NAMES_DATA },
  { what: "another CRC in the local header", spec: lie(() => ({ local: { crc32: 7 } })), names: NAMES_DATA },
  {
    what: "another name in the local header",
    spec: lie(() => ({ local: { name: Buffer.from("demo/evil.txt") } })),
    names: NAMES_DATA,
  },
  { what: "another size in the local header", spec: lie(() => ({ local: { size: 3 } })), names: NAMES_DATA },
  {
    what: "a zip64 size that lies",
    spec: lie(() => ({ central: { size: 0xffffffff, extra: Buffer.from("01000800ffff000000000000", "hex") } })),
    names: NAMES_DATA,
  },
  {
    what: "a zip64 size without its field",
    spec: lie(() => ({ central: { size: 0xffffffff } })),
    names: NAMES_DATA,
  },
  {
    what: "a damaged deflate stream",
    spec: lie(() => ({ raw: Buffer.alloc(PACKED.length, 0xff) })),
    names: NAMES_DATA,
  },
  { what: "a deflate stream that is cut off", spec: lie(() => ({ raw: PACKED.subarray(0, -3) })), names: NAMES_DATA },
  {
    what: "bytes behind a deflate stream",
    spec: lie(() => ({ raw: Buffer.concat([PACKED, Buffer.from("hidden")]) })),
    names: NAMES_DATA,
  },
  { what: "an encrypted entry", spec: lie(() => ({ flags: 1 })), names: NAMES_DATA },
  { what: "an unknown compression", spec: lie(() => ({ method: 93 })), names: NAMES_DATA },
  {
    what: "a hidden entry",
    spec: extra({ name: "demo/hidden.py", content: "evil", localOnly: true }),
    names: /demo\/__init__\.py/,
  },
  { what: "no RECORD", spec: { record: "none" }, names: /demo-1\.0\.dist-info\/RECORD/ },
  { what: "a RECORD that leaves a file out", spec: record(() => []), names: NAMES_DATA },
  {
    what: "a RECORD with another hash",
    spec: record((row) => [{ ...row, hash: `sha256=${"A".repeat(43)}` }]),
    names: NAMES_DATA,
  },
  { what: "a RECORD with another size", spec: record((row) => [{ ...row, size: "9" }]), names: NAMES_DATA },
  { what: "a RECORD with a weak hash", spec: record((row) => [{ ...row, hash: "md5=AAAA" }]), names: NAMES_DATA },
  {
    what: "a RECORD of files outside",
    spec: record((row) => [row, { ...row, path: "../../../../etc/passwd" }]),
    names: /\.\.\/etc\/passwd/,
  },
  { what: "a RECORD that is no table", spec: { record: { text: '"demo' } }, names: /RECORD/ },
  {
    what: "a script named python3",
    spec: { scripts: { python3: "#!python\n" } },
    names: /demo-1\.0\.data\/scripts\/python3"/,
  },
  { what: "a script named Python", spec: { scripts: { Python: "#!python\n" } }, names: /scripts\/Python"/ },
  {
    what: "a file that replaces the environment's frame",
    spec: { data: { "data/pyvenv.cfg": "home = /evil\n" } },
    names: /demo-1\.0\.data\/data\/pyvenv\.cfg/,
  },
  { what: "an unknown key of .data", spec: { data: { "evil/x": "x" } }, names: /demo-1\.0\.data\/evil\/x/ },
  {
    what: "an entry point that leaves the scripts",
    spec: { entryPoints: { console_scripts: { "../evil": "demo:main" } } },
    names: /"\.\.\/evil"/,
  },
  {
    what: "an entry point that hides the interpreter",
    spec: { entryPoints: { console_scripts: { python3: "demo:main" } } },
    names: /"python3"/,
  },
  {
    what: "a format of another major version",
    spec: { distInfo: { WHEEL: "Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n" } },
    names: /WHEEL.*Wheel-Version 2\.0/,
  },
  {
    what: "the metadata of another package",
    spec: { distInfo: { METADATA: "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n\n" } },
    names: /METADATA names another package: other/,
  },
  {
    what: "the metadata of another version",
    spec: { distInfo: { METADATA: "Metadata-Version: 2.1\nName: demo\nVersion: 2.0\n\n" } },
    names: /METADATA names another version: 2\.0/,
  },
  {
    what: "two metadata directories",
    spec: withFiles({ "other-1.0.dist-info/METADATA": "Name: other\n" }),
    names: /demo-1\.0\.dist-info and other-1\.0\.dist-info/,
  },
  { what: "an archive behind it", spec: { zip: { trailing: Buffer.from("PK\x03\x04 evil") } }, names: /end record/ },
];

/** Under its own file name, whatever its content says. */
function renamed(wheel: BuiltWheel, filename: string): BuiltWheel {
  return { ...wheel, filename };
}

test("hostile wheels are refused by name, with exit code 3, and leave nothing behind", {
  concurrency: 4,
}, async (t) => {
  const folder = temporaryFolder(t);
  const server = await startHttpServer(t);
  const cases = [
    ...hostile.map(({ spec, ...rest }) => ({ ...rest, wheel: buildWheel({ ...SOUND, ...spec }) })),
    {
      what: "the name of another package",
      wheel: renamed(buildWheel({ ...SOUND, name: "other" }), "demo-1.0-py3-none-any.whl"),
      names: /other-1\.0\.dist-info belongs to another package/,
    },
    {
      what: "no archive at all",
      wheel: broken(Buffer.from("<!DOCTYPE html><title>404</title>")),
      names: /no end record/,
    },
  ];
  await Promise.all(
    cases.map(({ what, wheel, names }, index) =>
      t.test(`a wheel with ${what}`, async () => {
        const own = join(folder, String(index));
        const bench = buildBench(own, { server, wheels: [wheel], path: `/${index}/` });
        const { code, stdout, stderr } = await bench.build(bench.outputs);
        assert.equal(code, 3, stderr);
        assert.match(stderr, /error\[WHEEL_INVALID\]: .*demo-1\.0-py3-none-any\.whl/);
        assert.match(stderr.split("error[")[1] ?? "", names);
        assert.doesNotMatch(stderr, /\x1b|\0/);
        assert.equal(stdout, "");
        assert.ok(!existsSync(bench.tar) && !existsSync(bench.layout), "something is at a destination");
        assert.deepEqual(storeProblems(bench.cache), []);
        assert.deepEqual(storeTemporaries(bench.cache), []);
        assert.ok(!rememberedPackages(bench.cache).includes("demo==1.0"), "its layer is remembered");
      }),
    ),
  );
});

function broken(bytes: Buffer): BuiltWheel {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { ...buildWheel(SOUND), bytes, size: bytes.length, sha256 };
}

test("a wheel that runs code at every start of Python is built with a warning that names the file", async (t) => {
  const server = await startHttpServer(t);
  const wheel = buildWheel({ ...SOUND, ...withFiles({ "demo.pth": "import demo\n", "sitecustomize.py": "" }) });
  const bench = buildBench(temporaryFolder(t), { server, wheels: [wheel], path: "/simple/" });
  const { code, stderr } = await bench.build(bench.outputs);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /demo-1\.0-py3-none-any\.whl: demo\.pth is run at every start of Python/);
  assert.match(stderr, /sitecustomize\.py is run at every start of Python/);
});

test("an entry point that carries code is left out with a warning", async (t) => {
  const server = await startHttpServer(t);
  const entryPoints = { console_scripts: { evil: "demo:main();import os", good: "demo:main" } };
  const bench = buildBench(temporaryFolder(t), {
    server,
    wheels: [buildWheel({ ...SOUND, entryPoints })],
    path: "/simple/",
  });
  const { code, stderr } = await bench.build();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /entry_points\.txt:2: evil names no function/);
  const scripts = rememberedPaths(bench.cache).filter((path) => path.startsWith("app/.venv/bin/"));
  assert.deepEqual(
    scripts.filter((path) => /evil|good/.test(path)),
    ["app/.venv/bin/good"],
  );
});
