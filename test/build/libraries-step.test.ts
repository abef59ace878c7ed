import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { SystemLibraries } from "../../src/base/base.ts";
import { autoPackages, checkLibraries, needlessPackages } from "../../src/build/libraries-step.ts";
import type { BuildEvent } from "../../src/events.ts";
import { digestOfHex } from "../../src/oci/digest.ts";
import type { LockedPackage } from "../../src/resolve/lock.ts";
import type { LockedDeb } from "../../src/resolve/pylock-document.ts";
import type { DiskStore } from "../../src/store/disk.ts";
import { type BuiltDeb, buildDeb } from "../support/deb.ts";
import { type ElfNeeds, elfLibrary } from "../support/elf.ts";
import { testTarget } from "../support/target.ts";
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
const base = { spec: "deb:bookworm", libraries: async () => system };

interface World {
  readonly store: DiskStore;
  readonly deps: Parameters<typeof needlessPackages>[3];
  readonly events: BuildEvent[];
  check(packages: readonly LockedPackage[], own?: Partial<typeof base>): Promise<void>;
  auto(packages: readonly LockedPackage[], own?: object): Promise<readonly string[]>;
  /** Puts a wheel into the store when it is asked for. */
  wheel(name: string, needs: ElfNeeds, path?: string): LockedPackage;
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
    check: async (packages, own = {}) => {
      for (const { wheel } of packages) await fetch(wheel);
      await checkLibraries({ base: { ...base, ...own }, lock: { target, packages }, target }, deps);
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
  await assert.rejects(auto(packages, { libraries: undefined }), { code: "CONFIG_INVALID", message: /can't tell/ });
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

test("of a closure the libraries go that nothing needs, data and what was there before stay", async (t) => {
  const { store, deps } = world(t);
  const debs = new Map<string, BuiltDeb>();
  const deb = (name: string, needed: readonly string[]): LockedDeb => {
    const built = buildDeb({
      name,
      files: [{ path: `usr/lib/${name}.so.1`, content: elfLibrary(`${name}.so.1`, 62, { needed }) }],
    });
    debs.set(built.sha256, built);
    const { filename, sha256, bytes } = built;
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
      writeFileSync(path, debs.get(sha256)?.bytes ?? "");
      await store.adopt(path, { digest: digestOfHex(sha256), size: debs.get(sha256)?.bytes.length ?? 0 });
    },
  };
  const own = { ...base, debs: { platform: "linux/amd64", packages: [before] } };
  assert.deepEqual(await needlessPackages(wide, own, ["libgl1"], deps), ["libglx-mesa0"]);
  assert.deepEqual(fetched, ["libgl1", "libglx0", "libx11-6"]);
});
