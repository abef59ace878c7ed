import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readTar } from "../../src/archive/tar-read.ts";
import { writeBaseImage } from "../support/base-image.ts";
import { BASE_SHAPES } from "../support/base-shapes.ts";
import { machineEnvironment, type RunResult, run } from "../support/cli.ts";
import { buildImage, buildLayer } from "../support/image.ts";
import { filesBelow, openPlain, readLayout } from "../support/oci-layout.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";
import { buildWheel } from "../support/wheel.ts";
import { toWindows } from "../support/windows/names.ts";

// The program with Node's modules as Windows has them (test/support/windows): names with drives and backslashes, whatever
// their case; no permission bits; no links. What it writes is what it writes here.

const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const PRELOAD = new URL("../support/windows/preload.js", import.meta.url).href;

interface Host {
  readonly name: string;
  /** What a path of this machine is called there. */
  path(path: string): string;
  /** Where the project is checked out. */
  readonly app: string;
  readonly preload: readonly string[];
}

interface Bench {
  readonly folder: string;
  readonly hosts: readonly Host[];
}

/** A repository with a program, a link and wheels, as git checks it out on either host, and a base image beside it. */
async function bench(t: TestContext): Promise<Bench> {
  const folder = temporaryFolder(t);
  const app = join(folder, "app");
  for (const path of ["src/pkg", "wheels", "data", "Conf"]) mkdirSync(join(app, path), { recursive: true });
  writeFileSync(join(app, "main.py"), "import pkg, own\n");
  writeFileSync(join(app, "src/pkg/__init__.py"), "#!/usr/bin/python3\n");
  writeFileSync(join(app, "src/pkg/Names é.txt"), "beyond ASCII");
  writeFileSync(join(app, "src/left.log"), "left out");
  writeFileSync(join(app, ".gitignore"), "/src/*.log\n");
  writeFileSync(join(app, "run.sh"), "#!/bin/sh\n");
  writeFileSync(join(app, "tool"), "no text: executable");
  symlinkSync("../src/pkg", join(app, "data/pkg"));
  writeFileSync(join(app, "Conf/Notes.txt"), "notes");
  for (const path of ["run.sh", "tool"]) chmodSync(join(app, path), 0o755);
  const wheels = ["own", "other"].map((name) =>
    buildWheel({ name, version: "1.0", files: { [`${name}/__init__.py`]: "" }, scripts: { [name]: "#!python\n" } }),
  );
  for (const { filename, bytes } of wheels) writeFileSync(join(app, "wheels", filename), bytes);
  writeFileSync(
    join(app, "requirements.in"),
    "--no-index\n--find-links wheels\nown\nother @ ./wheels/other-1.0-py3-none-any.whl\n",
  );
  writeFileSync(
    join(app, "ociasm.yaml"),
    "files: {extra: [{from: Conf, to: /opt/data}, {from: tool, to: /usr/local/bin/}, {from: ./data/../run.sh, to: /run.sh}]}\n",
  );
  const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: folder, stdio: "pipe" });
  git("-C", "app", "init", "-q");
  git("-C", "app", "add", "-A");
  git("-C", "app", "-c", "user.name=n", "-c", "user.email=n@mirror.example", "commit", "-qm", "all");
  git("-c", "core.symlinks=false", "clone", "-q", "app", "Work Folder/App");
  const checkout = join(folder, "Work Folder", "App");
  for (const path of ["run.sh", "tool"]) chmodSync(join(checkout, path), 0o644);
  assert.equal(readFileSync(join(checkout, "data/pkg"), "utf8"), "../src/pkg");
  const [shape] = BASE_SHAPES;
  assert.ok(shape);
  const layers = await Promise.all(shape.layers.map((members) => buildLayer(members)));
  await writeBaseImage(join(folder, "base"), buildImage("linux/amd64", layers, shape.runtime));
  return {
    folder,
    hosts: [
      { name: "posix", path: (path) => path, app, preload: [] },
      { name: "windows", path: toWindows, app: checkout, preload: ["--import", PRELOAD] },
    ],
  };
}

/** Runs a verb on the project; `@/` at a word's start, or behind a `=`, is the bench's folder. */
async function ociasm({ folder }: Bench, host: Host, verb: string, ...words: readonly string[]): Promise<RunResult> {
  const named = words.map((word) =>
    word.replace(/(?<=^|=|:)@\/([^,]*)/, (_, path: string) => host.path(join(folder, path))),
  );
  const cache = host.path(join(folder, `cache-${host.name}`));
  const args = [...host.preload, MAIN, verb, host.path(host.app), ...named, "--cache-dir", cache, "--offline"];
  const env = { ...machineEnvironment(), HOME: host.path(folder) };
  const result = await run(process.execPath, args, { env, cwd: folder });
  assert.equal(result.code, 0, `${host.name}: ${result.stderr}`);
  return result;
}

/** What all hosts give, which has to be the same. */
async function same<R>(bench: Bench, give: (host: Host) => Promise<R>): Promise<R> {
  const given: R[] = [];
  for (const host of bench.hosts) given.push(await give(host));
  assert.deepEqual(given[1], given[0]);
  const [first] = given;
  assert.ok(first);
  return first;
}

test("a lock has the same text on Windows, and its image the same digest", async (t) => {
  if (!needsTools(t, "git")) return;
  const place = await bench(t);
  const base = ["--base", "oci:base/layout:1"];
  const text = await same(place, async (host) => {
    await ociasm(place, host, "lock", "-r", host.path(join(host.app, "requirements.in")), ...base);
    return readFileSync(join(host.app, "pylock.toml"), "utf8");
  });
  assert.match(text, /path = "wheels\/own-1\.0-py3-none-any\.whl"/);
  assert.match(text, /^from = \["requirements\.in"\]$/m);
  // A checkout of git's on Windows has other line ends, and the lock still is one of what it was made from.
  const [, windows] = place.hosts;
  assert.ok(windows);
  for (const name of ["pylock.toml", "requirements.in"]) {
    const file = join(windows.app, name);
    const plain = readFileSync(file, "utf8");
    writeFileSync(file, plain.replaceAll("\n", "\r\n"));
    await ociasm(place, windows, "lock", "--check", ...base);
    writeFileSync(file, plain);
  }
  const outputs = ["-t", "a:1", "-o", "type=oci,dest=@/out-NAME,tar=false", "-o", "type=docker,dest=@/out-NAME.tar"];
  const layout = await same(place, async (host) => {
    const named = outputs.map((word) => word.replace("NAME", host.name));
    const { stdout } = await ociasm(place, host, "build", "--locked", "--base", "oci:@/base/layout:1", ...named);
    const archive = readFileSync(join(place.folder, `out-${host.name}.tar`));
    const files = await filesBelow(join(place.folder, `out-${host.name}`));
    return { stdout, archive: createHash("sha256").update(archive).digest("hex"), files };
  });
  assert.match(layout.stdout, /^a:1@sha256:/);
  const [image] = await readLayout(join(place.folder, "out-windows"));
  const kinds = new Map<string, string>();
  for (const layer of image?.layers ?? []) {
    for await (const { entry } of readTar(openPlain(layer))) {
      kinds.set(entry.path, entry.linkName ?? entry.mode.toString(8));
    }
  }
  const shown = [
    "app/run.sh",
    "app/tool",
    "app/main.py",
    "app/data/pkg",
    "usr/local/bin/tool",
    "opt/data/Notes.txt",
    "run.sh",
  ];
  assert.deepEqual(
    shown.map((path) => `${path} ${kinds.get(path)}`),
    [
      "app/run.sh 755",
      "app/tool 755",
      "app/main.py 644",
      "app/data/pkg ../src/pkg",
      "usr/local/bin/tool 755",
      "opt/data/Notes.txt 644",
      "run.sh 755",
    ],
  );
  assert.ok(!kinds.has("app/src/left.log"));
});
