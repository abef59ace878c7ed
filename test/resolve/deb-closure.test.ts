import assert from "node:assert/strict";
import { test } from "node:test";
import { type BinaryPackage, parsePackages } from "../../src/debian/packages.ts";
import { debClosure } from "../../src/resolve/deb-closure.ts";
import { type PackageIndex, packageIndex } from "../../src/resolve/deb-index.ts";
import { controlText } from "../support/deb.ts";

type Fields = Readonly<Record<string, string>>;

function list(packages: Readonly<Record<string, Fields>>, archive = 0): BinaryPackage[] {
  const text = Object.entries(packages)
    .map(([name, fields]) =>
      controlText({
        Package: name,
        Version: "1.0",
        Architecture: "amd64",
        Filename: `pool/${name}.deb`,
        Size: "1",
        SHA256: "0".repeat(64),
        ...fields,
      }),
    )
    .join("\n");
  return parsePackages(text, archive);
}

const indexOf = (packages: Readonly<Record<string, Fields>>): PackageIndex => packageIndex([list(packages)]);

function closure(
  packages: Readonly<Record<string, Fields>>,
  wanted: readonly string[],
  exclude: readonly string[] = [],
) {
  return debClosure(indexOf(packages), wanted, "amd64", { exclude }).map((item) => item.name);
}

test("needs of needs come too, recommendations do not", () => {
  const packages = {
    aa: { Depends: "bb", "Pre-Depends": "cc (>= 0.9)", Recommends: "ff" },
    bb: { Depends: "dd" },
    cc: {},
    dd: { Depends: "aa" },
    ff: {},
  };
  assert.deepEqual(closure(packages, ["aa"]), ["aa", "bb", "cc", "dd"]);
});

test("of alternatives a chosen one counts first, then the leftmost that can be had", () => {
  const packages = { aa: { Depends: "xx | yy" }, bb: { Depends: "xx (>= 2) | yy" }, xx: {}, yy: {} };
  assert.deepEqual(closure(packages, ["aa"]), ["aa", "xx"]);
  assert.deepEqual(closure(packages, ["bb"]), ["bb", "yy"]);
  assert.deepEqual(closure(packages, ["yy", "aa"]), ["aa", "yy"]);
});

test("a virtual name is met by who provides it, a versioned need only by a versioned offer", () => {
  const packages = {
    aa: { Depends: "virtual" },
    bb: { Depends: "virtual (>= 2)" },
    pp: { Provides: "virtual" },
    qq: { Provides: "virtual (= 2.1)" },
  };
  assert.deepEqual(closure(packages, ["aa"]), ["aa", "pp"]);
  assert.deepEqual(closure(packages, ["bb"]), ["bb", "qq"]);
  assert.deepEqual(closure(packages, ["qq", "aa"]), ["aa", "qq"]);
});

test("of several providers the one that a system wants most is taken, as apt does", () => {
  const packages = {
    aa: { Depends: "awk" },
    gawk: { Provides: "awk" },
    mawk: { Provides: "awk", Priority: "required" },
    nawk: { Provides: "awk", Priority: "important" },
  };
  assert.deepEqual(closure(packages, ["aa"]), ["aa", "mawk"]);
  assert.deepEqual(closure({ ...packages, nawk: { Provides: "awk", Essential: "yes" } }, ["aa"]), ["aa", "nawk"]);
});

test("entries for other architectures don't count, `:any` is the package itself", () => {
  const packages = { aa: { Depends: "bb [arm64], cc:any, dd:armhf | ee" }, bb: {}, cc: {}, dd: {}, ee: {} };
  assert.deepEqual(closure(packages, ["aa"]), ["aa", "cc", "ee"]);
});

test("an excluded package counts as there, unless it is asked for", () => {
  const packages = {
    aa: { Depends: "debconf (>= 99) | other, bb" },
    bb: {},
    debconf: { Depends: "perl" },
    other: {},
    perl: {},
  };
  assert.deepEqual(closure(packages, ["aa"], ["debconf"]), ["aa", "bb"]);
  const two = { aa: { Depends: "debconf" }, debconf: {} };
  assert.deepEqual(closure(two, ["aa", "debconf"], ["debconf"]), ["aa", "debconf"]);
});

test("what lies below is not chosen again", () => {
  const index = indexOf({ aa: { Depends: "bb, virtual" }, bb: { Provides: "virtual" }, zz: { Provides: "virtual" } });
  const chosen = debClosure(index, ["bb"], "amd64", { exclude: [] });
  const names = debClosure(index, ["aa"], "amd64", { exclude: [], chosen }).map((item) => item.name);
  assert.deepEqual(names, ["aa"]);
});

test("the newest version of all suites counts, of equal ones the first suite's", () => {
  const index = packageIndex([
    list({ aa: { Version: "1.0-1" }, bb: {} }, 0),
    list({ aa: { Version: "1.0-1+deb12u1" }, bb: {} }, 1),
  ]);
  assert.equal(index.get("aa")?.archive, 1);
  assert.equal(index.get("bb")?.archive, 0);
});

test("a need that nothing meets is told with the chain that led to it", () => {
  const packages = { aa: { Depends: "bb" }, bb: { Depends: "cc (>= 2) | gone" }, cc: {} };
  assert.throws(() => closure(packages, ["aa"]), {
    code: "DEB_UNSATISFIABLE",
    message: "bb (needed by aa) needs cc (>= 2) | gone, which nothing meets",
  });
});

test("a name that does not exist, and a virtual one with several providers, ask for another", () => {
  const packages = { pp: { Provides: "virtual, single" }, qq: { Provides: "virtual" } };
  assert.throws(() => closure(packages, ["gone"]), { code: "DEB_UNSATISFIABLE", message: /gone/ });
  assert.throws(() => closure(packages, ["virtual"]), { code: "DEB_UNSATISFIABLE", hint: /pp, qq/ });
  assert.deepEqual(closure(packages, ["single"]), ["pp"]);
});

test("packages that conflict or break each other are refused, those that only replace others are not", () => {
  const conflict = { aa: { Depends: "bb, cc" }, bb: { Conflicts: "cc" }, cc: {} };
  assert.throws(() => closure(conflict, ["aa"]), {
    code: "DEB_UNSATISFIABLE",
    message: /bb .* cc .* exclude each other/,
  });
  const breaks = { aa: { Depends: "bb" }, bb: { Breaks: "aa (<< 2)" } };
  assert.throws(() => closure(breaks, ["aa"]), { code: "DEB_UNSATISFIABLE" });
  const old = { aa: { Depends: "bb" }, bb: { Breaks: "aa (<< 1)", Replaces: "aa" } };
  assert.deepEqual(closure(old, ["aa"]), ["aa", "bb"]);
  const self = { aa: { Provides: "mta", Conflicts: "mta" } };
  assert.deepEqual(closure(self, ["aa"]), ["aa"]);
  const virtual = { aa: { Conflicts: "mta" }, bb: { Provides: "mta" } };
  assert.throws(() => closure(virtual, ["aa", "bb"]), { code: "DEB_UNSATISFIABLE" });
});

test("a provider that would conflict with what is chosen is passed over", () => {
  const packages = {
    aa: { Depends: "virtual" },
    pp: { Provides: "virtual", Conflicts: "aa" },
    qq: { Provides: "virtual" },
  };
  assert.deepEqual(closure(packages, ["aa"]), ["aa", "qq"]);
});

test("a path that leaves the archive is refused", () => {
  for (const path of ["../x.deb", "pool/../../x.deb", "/etc/x.deb", "pool//x.deb"]) {
    assert.throws(() => list({ aa: { Filename: path } }), { code: "ARCHIVE_INVALID" }, path);
  }
});
