import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

// The rules of docs/architecture.md, read from the import lines of the sources.
const root = fileURLToPath(new URL("../../", import.meta.url));

const RINGS: Readonly<Record<string, number>> = {
  oci: 0,
  python: 0,
  archive: 0,
  debian: 0,
  "errors.ts": 0,
  "events.ts": 0,
  input: 1,
  resolve: 1,
  install: 1,
  layers: 1,
  image: 1,
  analyze: 1,
  store: 2,
  net: 2,
  pypi: 2,
  registry: 2,
  base: 2,
  codec: 2,
  assemble: 2,
  destination: 2,
  interpreter: 2,
  build: 3,
  cli: 3,
  action: 3,
  "index.ts": 3,
};

/** Rooms of ring 2 that the others of ring 2 may enter; and the two special doors. */
const OPEN_ROOMS = ["net", "store"];
const DOORS: readonly string[] = [
  "assemble>codec",
  "assemble>interpreter",
  "destination>registry",
  "base>registry",
  "base>codec",
];

/** The one file that may name a heavy dependency. */
const OWNERS: Readonly<Record<string, string>> = {
  undici: "src/net/undici.ts",
  "zstd-napi": "src/codec/zstd-native.ts",
  openpgp: "src/base/openpgp.ts",
  "xz-decompress": "src/codec/xz.ts",
  "p-limit": "src/build/limits.ts",
  "@socketregistry/packageurl-js": "src/net/purl.ts",
  pyodide: "src/interpreter/installed.ts",
  "@balena/dockerignore": "src/build/dockerignore.ts",
  "tar-stream": "tests only",
};

/** Loaded when asked for, so that `ociasm --version` pays for none of them. */
const LAZY = ["undici", "zstd-napi", "openpgp", "xz-decompress", "@socketregistry/packageurl-js", "yaml"];

const PURE_PACKAGES = ["yaml", "smol-toml", "@noble/hashes"];

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|(?:\bimport|createRequire\([^)]*\)|\brequire)\(\s*"([^"]+)"\s*\)/gm;

function sourceFiles(): string[] {
  return readdirSync(`${root}src`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => posix.join("src", file.replaceAll("\\", "/")))
    .sort();
}

function importsOf(file: string): Import[] {
  const text = readFileSync(`${root}${file}`, "utf8");
  return [...text.matchAll(IMPORT)].map((match) => ({
    file,
    specifier: match[2] ?? match[3] ?? "",
    typeOnly: match[1] !== undefined,
    dynamic: match[3] !== undefined,
  }));
}

function roomOf(file: string): string {
  return file.split("/")[1] ?? "";
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}

const files = sourceFiles();
const imports = files.flatMap(importsOf);
const relative = imports
  .filter((line) => line.specifier.startsWith("."))
  .map((line) => ({ ...line, target: posix.join(posix.dirname(line.file), line.specifier) }));
const external = imports.filter((line) => !line.specifier.startsWith("."));

function assertNone(found: readonly string[]): void {
  assert.equal(found.length, 0, `\n${found.join("\n")}`);
}

test("every source file has a room", () => {
  assert.ok(files.length > 20);
  assertNone(files.filter((file) => RINGS[roomOf(file)] === undefined));
});

test("imports only point inward", () => {
  assertNone(
    relative
      .filter((line) => (RINGS[roomOf(line.target)] ?? 9) > (RINGS[roomOf(line.file)] ?? -1))
      .map((line) => `${line.file} imports ${line.target}`),
  );
});

test("rooms of ring 2 keep to themselves but for net, store and the listed doors", () => {
  assertNone(
    relative
      .filter((line) => RINGS[roomOf(line.file)] === 2 && RINGS[roomOf(line.target)] === 2)
      .filter((line) => roomOf(line.file) !== roomOf(line.target) && !OPEN_ROOMS.includes(roomOf(line.target)))
      .filter((line) => !DOORS.includes(`${roomOf(line.file)}>${roomOf(line.target)}`))
      .map((line) => `${line.file} imports ${line.target}`),
  );
});

test("rings 0 and 1 are pure", () => {
  const inner = (line: Import) => (RINGS[roomOf(line.file)] ?? 9) <= 1;
  assertNone(
    external
      .filter(inner)
      .filter((line) => line.specifier !== "node:path/posix" && !PURE_PACKAGES.includes(packageOf(line.specifier)))
      .map((line) => `${line.file} imports ${line.specifier}`),
  );
});

test("each heavy dependency is named by one file", () => {
  assertNone(
    external
      .filter((line) => packageOf(line.specifier) in OWNERS && OWNERS[packageOf(line.specifier)] !== line.file)
      .map((line) => `${line.file} imports ${line.specifier}`),
  );
});

test("below ring 3 nobody asks the environment, the clock, chance or the console", () => {
  const forbidden = /\bprocess\.env\b|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bconsole\./;
  assertNone(
    files
      .filter((file) => (RINGS[roomOf(file)] ?? 9) < 3)
      .flatMap((file) =>
        readFileSync(`${root}${file}`, "utf8")
          .split("\n")
          .flatMap((line, index) =>
            forbidden.test(line.replace(/\/\/.*|^\s*\*.*/, "")) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
          ),
      ),
  );
});

test("starting the command line loads no heavy dependency", () => {
  const seen = new Set<string>();
  const heavy: string[] = [];
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const line of importsOf(file)) {
      if (line.dynamic || line.typeOnly) continue;
      if (line.specifier.startsWith(".")) visit(posix.join(posix.dirname(file), line.specifier));
      else if (LAZY.includes(packageOf(line.specifier))) heavy.push(`${file} imports ${line.specifier}`);
    }
  };
  visit("src/cli/main.ts");
  assert.ok(seen.size > 1);
  assertNone(heavy);
});

test("no file is too long to hold in the head", () => {
  assertNone(
    files
      .map((file) => [file, readFileSync(`${root}${file}`, "utf8").split("\n").length] as const)
      .filter(([, lines]) => lines > 400)
      .map(([file, lines]) => `${file} has ${lines} lines`),
  );
});
