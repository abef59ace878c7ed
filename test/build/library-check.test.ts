import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { SystemLibraries } from "../../src/base/base.ts";
import { autoPackages, needlessPackages } from "../../src/build/auto-packages.ts";
import type { PlannedLayer } from "../../src/build/image-plan.ts";
import { checkLibraries } from "../../src/build/library-check.ts";
import type { BuildEvent } from "../../src/events.ts";
import { digestOfHex } from "../../src/oci/digest.ts";
import type { LockedPackage } from "../../src/resolve/lock.ts";
import type { LockedDeb } from "../../src/resolve/pylock-document.ts";
import type { DiskStore } from "../../src/store/disk.ts";
import { type BuiltDeb, buildDeb } from "../support/deb.ts";
import { type ElfNeeds, elfLibrary } from "../support/elf.ts";
import { testTarget } from "../support/target.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";
import { buildWheel } from "../support/wheel.ts";

const TAG = "cp311-cp311-manylinux_2_28_x86_64";
const MODULE = "demo/_demo.cpython-311-x86_64-linux-gnu.so";

const PACKAGES: ReadonlyMap<string, readonly string[]> = new Map([
  ["libGL.so.1", ["libgl1"]],
  ["libGLX.so.0", ["other-glx", "libglx0"]],
  ["libGLX_mesa.so.0", ["libglx-mesa0"]],
  ["libX11.so.6", ["libx11-6"]],
]);

const system: SystemLibraries = {
  has: (soname) => soname === "libz.so.1",
  packagesOf: (soname) => PACKAGES.get(soname) ?? [],
  isLibrary: (name) => [...PACKAGES.values()].flat().includes(name),
};
const debs = { platform: "linux/amd64", packages: [] };
const base = { spec: "deb:bookworm", recipes: [], debs, libraries: async () => system };
type Subject = Parameters<typeof checkLibraries>[0];

interface World {
  readonly store: DiskStore;
  readonly deps: Parameters<typeof needlessPackages>[3];
  readonly events: BuildEvent[];
  check(packages: readonly LockedPackage[], own?: Partial<Subject["base"]>, files?: Files): Promise<void>;
  auto(packages: readonly LockedPackage[], own?: object): Promise<readonly string[]>;
  /** Puts a wheel into the store when it is asked for. */
  wheel(name: string, needs: ElfNeeds, path?: string): LockedPackage;
}

/** The project's files, by image path. */
type Files = Readonly<Record<string, Uint8Array>>;

function projectOf(files: Files, folder: string): Pick<Subject, "layers" | "projectFiles"> {
  const projectFiles = new Map<string, string>();
  const sources = Object.entries(files).map(([path, bytes]) => {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    projectFiles.set(sha256, join(folder, sha256));
    writeFileSync(join(folder, sha256), bytes);
    return { type: "file", path, mode: 0o644, sha256, size: bytes.length } as const;
  });
  return { layers: [{ recipe: { sources } } as unknown as PlannedLayer], projectFiles };
}

function world(t: TestContext): World {
  const store = temporaryStore(t);
  const events: BuildEvent[] = [];
  const bytes = new Map<string, Uint8Array>();
  const target = testTarget();
  const limits = { downloads: <T>(task: () => Promise<T>): Promise<T> => task() };
  const deps = {
    store,
    limits,
    report: (event: BuildEvent) => events.push(event),
    signal: new AbortController().signal,
  };
  const fetch = async ({ sha256 }: { readonly sha256: string }): Promise<void> => {
    const path = await store.temporary();
    writeFileSync(path, bytes.get(sha256) ?? "");
    await store.adopt(path, { digest: digestOfHex(sha256), size: bytes.get(sha256)?.length ?? 0 });
  };
  return {
    store,
    deps,
    events,
    check: async (packages, own = {}, files = {}) => {
      for (const { wheel } of packages) await fetch(wheel);
      const project = projectOf(files, temporaryFolder(t));
      await checkLibraries({ base: { ...base, ...own }, lock: { target, packages }, target, ...project }, deps);
    },
    auto: (packages, own = {}) => autoPackages({ base: { ...base, ...own }, packages, index: { fetch } }, deps),
    wheel: (name, needs, path = MODULE) => {
      const files = { [path]: elfLibrary("_demo.so", 62, needs) };
      const built = buildWheel({ name, version: "1.0", tag: TAG, files });
      bytes.set(built.sha256, built.bytes);
      const { filename, sha256 } = built;
      const wheel = { filename, sha256, size: built.bytes.length, url: `https://index.example/${filename}` };
      return { name, version: "1.0", wheel, requested: true };
    },
  };
}

test("a library that an import needs is an error that names wheel, library and package", async (t) => {
  const { check, wheel } = world(t);
  const packages = [wheel("demo", { needed: ["libGL.so.1", "libz.so.1", "libc.so.6"] })];
  const refused = {
    code: "LIBRARY_MISSING",
    message: `a library is missing in the image:\n  libGL.so.1, needed by demo==1.0 (${MODULE}): in libgl1`,
    hint: "add --system libgl1, or --system auto",
  };
  await assert.rejects(check(packages), refused);
  // Refused again, although every layer may have been made by now.
  await assert.rejects(check(packages), refused);
});

test("auto names the packages, fetching the wheels that hold machine code", async (t) => {
  const { auto, wheel } = world(t);
  const packages = [wheel("demo", { needed: ["libX11.so.6", "libGL.so.1", "libnobody.so.7"] })];
  assert.deepEqual(await auto(packages), ["libgl1", "libx11-6"]);
  for (const own of [{ libraries: undefined }, { debs: undefined }]) {
    await assert.rejects(auto(packages, own), { code: "CONFIG_INVALID", message: /takes none/ });
  }
});

test("what no import needs, or no package has, is one warning, told again when nothing is looked at again", async (t) => {
  const { check, wheel, events } = world(t);
  const packages = [
    wheel("demo", { needed: ["libnobody.so.7"] }),
    wheel("other", { needed: ["libGL.so.1"] }, "other/plugins/libplugin.so"),
  ];
  for (const _ of [1, 2]) await check(packages);
  const told = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  assert.equal(told.length, 2);
  assert.equal(told[0], told[1]);
  assert.match(
    told[0] ?? "",
    /libGL\.so\.1, needed by other==1\.0 .*: in libgl1; libnobody\.so\.7.*no Debian package has it/,
  );
});

test("a module that was built for a newer glibc is refused", async (t) => {
  const { check, wheel } = world(t);
  const packages = [wheel("demo", { needed: ["libc.so.6"], versions: ["GLIBC_2.39"] })];
  await assert.rejects(check(packages), {
    code: "LIBRARY_MISSING",
    message: /demo==1\.0 needs glibc 2\.39.*has 2\.36/,
  });
});

test("a base that can't tell what it has is not judged", async (t) => {
  const { check, wheel, events } = world(t);
  await check([wheel("demo", { needed: ["libGL.so.1"] })], { libraries: undefined } as object);
  assert.deepEqual(events, []);
});

test("a verdict that is known asks nobody what the base has", async (t) => {
  const { check, wheel, events } = world(t);
  const packages = [wheel("other", { needed: ["libGL.so.1"] }, "other/plugins/libplugin.so")];
  await check(packages);
  await check(packages, { libraries: () => assert.fail("the long list was read") });
  assert.equal(events.filter(({ type }) => type === "warning").length, 2);
});

test("of an image the hint is another image: nothing can be added to it", async (t) => {
  const { check, wheel, events } = world(t);
  const digest = digestOfHex("a".repeat(64));
  const image = { spec: "python:3.11-slim", digest, debs: undefined } as object;
  await assert.rejects(check([wheel("demo", { needed: ["libGL.so.1"] })], image), {
    code: "LIBRARY_MISSING",
    hint: "take an image that has libgl1, or a base such as deb:bookworm with --system libgl1",
  });
  await check([wheel("demo", { needed: ["libnobody.so.7"] })], image);
  const told = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  assert.match(told[0] ?? "", /libnobody\.so\.7.*python:3\.11-slim does not have it/);
});

test("a standalone Python's own libraries are looked at", async (t) => {
  const { check, auto, events } = world(t);
  const path = "opt/python/lib/python3.11/lib-dynload/_ctypes.cpython-311-x86_64-linux-gnu.so";
  const other = {
    owner: "Python 3.11.2",
    path: "opt/python/lib/python3.11/lib-dynload/_z.cpython-311-x.so",
    needed: [],
  };
  const gap = { owner: "Python 3.11.2", path, needed: ["libX11.so.6"], machine: 62 };
  const binaries = [gap, other, { ...other, path: other.path.replace("_z", "_y") }];
  await check([], { binaries });
  const told = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  assert.match(told[0] ?? "", /libX11\.so\.6, needed by Python 3\.11\.2 .*: in libx11-6/);
  assert.deepEqual(await auto([], { binaries }), ["libx11-6"]);
});

const OWN = "app/_own.cpython-311-x86_64-linux-gnu.so";

test("of the project's own libraries machine, glibc and needs are checked", async (t) => {
  const { check } = world(t);
  const fails = async (files: Files, message: RegExp) =>
    assert.rejects(check([], {}, files), { code: "LIBRARY_MISSING", message });
  await fails({ [OWN]: elfLibrary("", 183) }, /the project is built for another machine than amd64 \(app\/_own/);
  await fails({ [OWN]: elfLibrary("", 62, { versions: ["GLIBC_2.39"] }) }, /the project needs glibc 2\.39/);
  await fails({ [OWN]: elfLibrary("", 62, { needed: ["libGL.so.1"] }) }, /libGL\.so\.1, needed by the project/);
  const narrow = Buffer.from(elfLibrary("", 3));
  narrow[4] = 1;
  await fails({ [OWN]: narrow }, /another machine/);
  // A build for each machine, side by side.
  await check([], {}, { [OWN]: elfLibrary("", 62), [OWN.replace("x86_64", "aarch64")]: elfLibrary("", 183) });
  await check([], {}, { "app/libdata.so": Buffer.from("no ELF file at all") });
});

test("a library of the project counts where RUNPATH leads to it", async (t) => {
  const { check, events } = world(t);
  const library = elfLibrary("libown.so.1", 62);
  const told = () => events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  for (const runpath of ["$ORIGIN/lib", "/nowhere:$" + "{ORIGIN}/../app/lib", "/app/lib"]) {
    const module = elfLibrary("", 62, { needed: ["libown.so.1"], runpath });
    await check([], {}, { [OWN]: module, "app/lib/libown.so.1": library });
    assert.deepEqual(told(), [], runpath);
  }
  const lost = elfLibrary("", 62, { needed: ["libown.so.1"], runpath: "$ORIGIN/other" });
  await check([], {}, { [OWN]: lost, "app/lib/libown.so.1": library });
  assert.match(told()[0] ?? "", /libown\.so\.1, needed by the project \(app\/_own/);
});

test("modules of the project for another Python are a warning", async (t) => {
  const { check, events } = world(t);
  const other = OWN.replace("311", "312");
  await check([], {}, { [other]: elfLibrary("", 62) });
  const [first] = events;
  assert.match(
    first?.type === "warning" ? first.message : "",
    /built for another Python than the image's Python 3\.11/,
  );
  await check([], {}, { [other]: elfLibrary("", 62), [OWN]: elfLibrary("", 62) });
  await check([], {}, { "app/_own.abi3.so": elfLibrary("", 62) });
  assert.equal(events.length, 1);
});

test("of a closure the libraries go that nothing needs, data and what was there before stay", async (t) => {
  const { store, deps } = world(t);
  const built = new Map<string, BuiltDeb>();
  const deb = (name: string, needed: readonly string[]): LockedDeb => {
    const one = buildDeb({
      name,
      files: [{ path: `usr/lib/${name}.so.1`, content: elfLibrary(`${name}.so.1`, 62, { needed }) }],
    });
    built.set(one.sha256, one);
    const { filename, sha256, bytes } = one;
    const from = { group: "system", source: name, suite: "bookworm" } as const;
    return { ...from, name, version: "1", architecture: "amd64", filename, sha256, size: bytes.length };
  };
  const before = deb("before", []);
  const closure = [
    before,
    deb("libgl1", ["libGLX.so.0"]),
    deb("libglx0", ["libX11.so.6", "libz.so.1"]),
    deb("libx11-6", []),
  ];
  const packages = [...closure, deb("libglx-mesa0", []), deb("libx11-data", [])];
  const fetched: string[] = [];
  const wide = {
    debs: { platform: "linux/amd64", packages },
    fetchSource: async (sha256: string) => {
      fetched.push(packages.find((one) => one.sha256 === sha256)?.name ?? "");
      const path = await store.temporary();
      writeFileSync(path, built.get(sha256)?.bytes ?? "");
      await store.adopt(path, { digest: digestOfHex(sha256), size: built.get(sha256)?.bytes.length ?? 0 });
    },
  };
  const own = { ...base, debs: { platform: "linux/amd64", packages: [before] } };
  assert.deepEqual(await needlessPackages(wide, own, ["libgl1"], deps), ["libglx-mesa0"]);
  assert.deepEqual(fetched, ["libgl1", "libglx0", "libx11-6"]);
});
