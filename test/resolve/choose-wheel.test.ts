import assert from "node:assert/strict";
import { test } from "node:test";
import type { OciasmError } from "../../src/errors.ts";
import type { InputPackage } from "../../src/input/input.ts";
import type { Target } from "../../src/python/target.ts";
import { chooseWheel, type WheelChoice } from "../../src/resolve/choose-wheel.ts";
import type { DistributionFile } from "../../src/resolve/lock.ts";

const TARGET: Target = {
  platform: { os: "linux", architecture: "amd64" },
  python: { implementation: "cpython", version: "3.12.4", freeThreaded: false },
  libc: { family: "glibc", version: "2.36" },
};
const A = "a".repeat(64);
const B = "b".repeat(64);

function entry(name: string, version: string, sha256: readonly string[] = []): InputPackage {
  return {
    name,
    version,
    sha256,
    extras: [],
    files: [],
    requested: true,
    location: { file: "r.txt", line: 3, column: 1 },
  };
}

function file(filename: string, more: Partial<DistributionFile> = {}): DistributionFile {
  return { filename, url: `https://f.example/${filename}`, sha256: A, ...more };
}

function chosen(choice: WheelChoice): string {
  return "wheel" in choice ? choice.wheel.filename : assert.fail(choice.problem.message);
}

function problem(choice: WheelChoice): OciasmError {
  return "problem" in choice ? choice.problem : assert.fail(choice.wheel.filename);
}

test("the best tag wins among the files of the version", () => {
  const files = [
    file("x-1.0-py3-none-any.whl"),
    file("x-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"),
    file("x-1.0-cp312-cp312-manylinux_2_39_x86_64.whl"),
    file("x-2.0-cp312-cp312-manylinux_2_28_x86_64.whl"),
    file("x-1.0.tar.gz"),
  ];
  assert.equal(chosen(chooseWheel(entry("x", "1"), files, TARGET)), "x-1.0-cp312-cp312-manylinux_2_17_x86_64.whl");
});

test("only files that the pin's hashes name count", () => {
  const files = [
    file("x-1-cp312-cp312-manylinux_2_17_x86_64.whl"),
    file("x-1-py3-none-any.whl", { sha256: B.toUpperCase() }),
  ];
  const choice = chooseWheel(entry("x", "1", [B]), files, TARGET);
  assert.equal(chosen(choice), "x-1-py3-none-any.whl");
  assert.equal("wheel" in choice && choice.wheel.sha256, B);
  assert.equal(problem(chooseWheel(entry("x", "1", ["c".repeat(64)]), files, TARGET)).code, "NOT_IN_INDEX");
});

test("a file without a hash takes the pin's only one, else it is refused", () => {
  const { sha256: _, ...bare } = file("x-1-py3-none-any.whl");
  const choice = chooseWheel(entry("x", "1", [B]), [bare], TARGET);
  assert.equal("wheel" in choice && choice.wheel.sha256, B);
  assert.equal(problem(chooseWheel(entry("x", "1"), [bare], TARGET)).code, "HASH_REQUIRED");
  assert.equal(problem(chooseWheel(entry("x", "1", [A, B]), [bare], TARGET)).code, "HASH_REQUIRED");
});

test("when none fits each file has its own true reason", () => {
  const error = problem(
    chooseWheel(
      entry("psycopg2", "2.9"),
      [
        file("psycopg2-2.9-cp312-cp312-win_amd64.whl"),
        file("psycopg2-2.9-cp312-cp312-manylinux_2_39_x86_64.whl"),
        file("psycopg2-2.9-py3-none-any.whl", { requiresPython: ">=3.13" }),
        file("psycopg2-2.9.tar.gz"),
      ],
      TARGET,
    ),
  );
  assert.equal(error.code, "NO_WHEEL");
  assert.equal(error.location?.line, 3);
  assert.match(error.message, /no wheel of psycopg2 2\.9 fits linux\/amd64, CPython 3\.12\.4, glibc 2\.36:/);
  assert.match(error.message, /win_amd64\.whl: .*Windows/);
  assert.match(error.message, /manylinux_2_39_x86_64\.whl: .*glibc 2\.39/);
  assert.match(error.message, /any\.whl: needs Python >=3\.13/);
});

test("a package with sources only says so and how to get a wheel", () => {
  const error = problem(chooseWheel(entry("docopt", "0.6.2"), [file("docopt-0.6.2.tar.gz")], TARGET));
  assert.match(error.message, /docopt 0\.6\.2 has no wheel, only sources: docopt-0\.6\.2\.tar\.gz/);
  assert.match(error.hint ?? "", /pip wheel --no-deps docopt==0\.6\.2.* name it by --find-links/);
  const pq = problem(chooseWheel(entry("psycopg2", "2.9.10"), [file("psycopg2-2.9.10.tar.gz")], TARGET));
  assert.match(
    pq.hint ?? "",
    /^ask for psycopg2-binary, .* or build one with `pip wheel --no-deps psycopg2==2\.9\.10`/,
  );
  const listed = { ...entry("docopt", "0.6.2"), files: [file("docopt-0.6.2.tar.gz")] };
  assert.match(problem(chooseWheel(listed, listed.files, TARGET)).hint ?? "", / lock that file, by its path or URL/);
  assert.match(problem(chooseWheel(entry("x", "1"), [], TARGET)).message, /nothing is known of x 1/);
});

test("a yanked wheel is taken only when nothing else fits, with a warning", () => {
  const good = file("x-1-py3-none-any.whl");
  const yanked = file("x-1-cp312-cp312-manylinux_2_17_x86_64.whl", { yanked: "broken" });
  assert.equal(chosen(chooseWheel(entry("x", "1"), [yanked, good], TARGET)), good.filename);
  const choice = chooseWheel(entry("x", "1"), [yanked], TARGET);
  assert.match("wheel" in choice ? (choice.warnings[0] ?? "") : "", /yanked.*: broken/);
});

test("local versions match as PEP 440 has it", () => {
  const cpu = file("torch-2.9.1+cpu-py3-none-any.whl");
  assert.equal(chosen(chooseWheel(entry("torch", "2.9.1"), [cpu], TARGET)), cpu.filename);
  assert.equal(chosen(chooseWheel(entry("torch", "2.9.1+cpu"), [cpu], TARGET)), cpu.filename);
  assert.match(problem(chooseWheel(entry("torch", "2.9.1+cu128"), [cpu], TARGET)).message, /nothing is known/);
});
