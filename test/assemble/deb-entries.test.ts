import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { debEntries } from "../../src/assemble/deb-entries.ts";
import type { LayerEntry } from "../../src/assemble/layer-entry.ts";
import type { DebSource, LayerSource } from "../../src/layers/recipe.ts";
import { buildAr } from "../support/ar.ts";
import { makeCertificate } from "../support/certificate.ts";
import { type BuiltDeb, buildDeb, type DebSpec } from "../support/deb.ts";
import { elfLibrary } from "../support/elf.ts";
import { Random } from "../support/random.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

interface Unpacked {
  readonly entries: ReadonlyMap<string, LayerEntry>;
  readonly warnings: readonly string[];
  text(path: string): string;
}

const MTIME = 315532800;

/** A text that no packer makes much smaller. */
function noise(length: number): string {
  const random = new Random(7);
  return Array.from({ length }, () => String.fromCharCode(33 + random.below(90))).join("");
}

function sourceOf(spec: DebSpec, deb: BuiltDeb, more: Partial<DebSource> = {}): DebSource {
  const { name, version = "1.0-1", architecture = "amd64" } = spec;
  const { filename, sha256, bytes } = deb;
  return { type: "deb", package: name, version, architecture, filename, sha256, size: bytes.length, ...more };
}

/** Unpacks packages given by what is in them, with further sources beside. */
async function unpack(
  t: TestContext,
  specs: readonly (DebSpec & { readonly source?: Partial<DebSource> })[],
  more: readonly LayerSource[] = [],
): Promise<Unpacked> {
  const folder = temporaryFolder(t);
  const paths: Record<string, string> = {};
  const sources = specs.map((spec) => {
    const deb = buildDeb(spec);
    paths[deb.sha256] = join(folder, deb.filename);
    writeFileSync(join(folder, deb.filename), deb.bytes);
    return sourceOf(spec, deb, spec.source);
  });
  const spool = join(folder, "spool");
  const tree = await debEntries({ sources: [...sources, ...more], mtime: MTIME }, paths, spool);
  const entries = new Map(tree.entries.map((entry) => [entry.entry.path, entry] as const));
  assert.equal(entries.size, tree.entries.length, "each path once");
  const content = readFileSync(spool);
  await tree.close();
  assert.ok(!existsSync(spool));
  const text = (path: string): string => {
    const found = entries.get(path)?.content;
    if (found?.from === "bytes") return Buffer.from(found.bytes).toString();
    if (found?.from === "file") return content.subarray(found.offset, found.offset + found.length).toString();
    throw new Error(`${path} has no content`);
  };
  return { entries, warnings: tree.warnings, text };
}

const generated = (generator: string): LayerSource => ({ type: "generated", generator });

test("files keep content, mode and owner, carry the recipe's time and lose setuid", async (t) => {
  const { entries, text } = await unpack(t, [
    {
      name: "demo",
      files: [
        { path: "usr/bin/" },
        { path: "usr/bin/su", mode: 0o4755, content: "su", mtime: 7 },
        { path: "var/mail/", mode: 0o2775, gid: 8 },
        { path: "tmp/", mode: 0o1777 },
      ],
    },
  ]);
  const su = entries.get("usr/bin/su");
  assert.deepEqual(su?.entry, { path: "usr/bin/su", type: "file", mode: 0o755, uid: 0, gid: 0, size: 2, mtime: MTIME });
  assert.equal(su?.owner, "demo=1.0-1");
  assert.equal(text("usr/bin/su"), "su");
  assert.equal(entries.get("var/mail")?.entry.mode, 0o775);
  assert.equal(entries.get("var/mail")?.entry.gid, 8);
  assert.equal(entries.get("tmp")?.entry.mode, 0o1777);
});

test("paths of an unmerged package land below usr, and its own root links are dropped", async (t) => {
  const { entries } = await unpack(t, [
    { name: "old", files: [{ path: "lib/" }, { path: "lib/x86_64-linux-gnu/libz.so.1", content: "z" }] },
    { name: "new", files: [{ path: "bin", type: "symlink", linkName: "usr/bin" }, { path: "var/run/demo/" }] },
  ]);
  assert.deepEqual([...entries.keys()], ["run/demo", "usr/lib", "usr/lib/x86_64-linux-gnu/libz.so.1"]);
});

test("a file below another package's link goes where the link leads", async (t) => {
  const { entries, text } = await unpack(t, [
    {
      name: "aa",
      files: [
        { path: "usr/share/doc/libaa", type: "symlink", linkName: "aa-base" },
        { path: "usr/share/abs", type: "symlink", linkName: "/usr/lib/aa" },
      ],
    },
    {
      name: "bb",
      files: [
        { path: "usr/share/doc/libaa/" },
        { path: "usr/share/doc/libaa/copyright", content: "c" },
        { path: "usr/share/abs/x", content: "x" },
      ],
    },
  ]);
  assert.equal(text("usr/share/doc/aa-base/copyright"), "c");
  assert.equal(text("usr/lib/aa/x"), "x");
  assert.equal(entries.get("usr/share/doc/libaa")?.entry.type, "symlink");
});

test("links that lead in circles are refused", async (t) => {
  const files = [
    { path: "usr/a", type: "symlink", linkName: "b" },
    { path: "usr/b", type: "symlink", linkName: "a" },
    { path: "usr/a/x", content: "x" },
  ] as const;
  await assert.rejects(unpack(t, [{ name: "loop", files }]), { code: "ARCHIVE_INVALID" });
});

test("one path with two contents is a conflict that names both packages, the same content is none", async (t) => {
  const same = { path: "etc/same", content: "same" };
  const one = { name: "one", files: [same, { path: "etc/x", content: "1" }] };
  const other = { name: "other", files: [same, { path: "etc/x", content: "2" }] };
  await assert.rejects(unpack(t, [one, other]), { code: "FILE_CONFLICT", message: /one and other .*etc\/x/ });
  const { entries } = await unpack(t, [
    { ...one, files: [same] },
    { ...other, files: [same] },
  ]);
  assert.deepEqual([...entries.keys()], ["etc/same"]);
});

test("what the recipe leaves out is left out, and what it takes back stays", async (t) => {
  const { entries } = await unpack(t, [
    {
      name: "demo",
      source: { exclude: ["usr/share/doc/*/**", "!usr/share/doc/*/copyright"] },
      files: [
        { path: "usr/share/doc/demo/" },
        { path: "usr/share/doc/demo/copyright", content: "c" },
        { path: "usr/share/doc/demo/changelog.gz", content: "x" },
        { path: "usr/share/doc/demo/examples/" },
      ],
    },
  ]);
  assert.deepEqual([...entries.keys()], ["usr/share/doc/demo", "usr/share/doc/demo/copyright"]);
});

test("hard links stay links, and become files when their target is left out", async (t) => {
  const files = [
    { path: "usr/bin/perl", content: "perl", mode: 0o755 },
    { path: "usr/bin/perl5", type: "hardlink", linkName: "usr/bin/perl" },
  ] as const;
  const { entries } = await unpack(t, [{ name: "perl", files }]);
  assert.equal(entries.get("usr/bin/perl5")?.entry.linkName, "usr/bin/perl");
  const without = await unpack(t, [{ name: "perl", files, source: { exclude: ["usr/bin/perl"] } }]);
  assert.equal(without.text("usr/bin/perl5"), "perl");
  assert.equal(without.entries.get("usr/bin/perl5")?.entry.mode, 0o755);
});

test("paths that the recipe itself provides are not the packages'", async (t) => {
  const files = [{ path: "etc/passwd", content: "theirs" }, { path: "tmp/" }];
  const own: LayerSource[] = [
    { type: "text", path: "etc/passwd", mode: 0o644, text: "ours" },
    { type: "directory", path: "tmp", mode: 0o1777 },
  ];
  const { entries } = await unpack(t, [{ name: "demo", files }], own);
  assert.equal(entries.size, 0);
});

test("devices and packages that are damaged are refused by name", async (t) => {
  const device = { path: "dev/null", type: "character-device" } as const;
  await assert.rejects(unpack(t, [{ name: "dev", files: [device] }]), {
    code: "ARCHIVE_INVALID",
    message: /dev_1.0-1/,
  });
  const folder = temporaryFolder(t);
  const whole = buildDeb({ name: "demo", files: [{ path: "x", content: "x".repeat(10_000) }] });
  const broken: readonly Uint8Array[] = [
    Buffer.from("not a package"),
    whole.bytes.subarray(0, whole.bytes.length - 20),
    Buffer.concat([whole.bytes.subarray(0, whole.bytes.length - 60), Buffer.alloc(60)]),
    buildAr([
      { name: "debian-binary", content: "2.0\n" },
      { name: "control.tar.zst", content: "x" },
      { name: "data.tar.zst", content: "x" },
    ]),
  ];
  for (const bytes of broken) {
    const path = join(folder, "broken.deb");
    writeFileSync(path, bytes);
    const recipe = { sources: [sourceOf({ name: "demo" }, whole)], mtime: MTIME };
    const spool = join(folder, "spool");
    await assert.rejects(debEntries(recipe, { [whole.sha256]: path }, spool), {
      code: "ARCHIVE_INVALID",
      message: /demo_1\.0-1_amd64\.deb/,
    });
    assert.ok(!existsSync(spool));
  }
});

for (const packing of ["none", "gzip", "xz", "zst"] as const) {
  test(`a package packed with ${packing} is read, and refused by name when it ends early`, async (t) => {
    if (packing === "zst" && !needsTools(t, "zstd")) return;
    const spec = { name: "demo", packing, files: [{ path: "x", content: noise(300_000) }] };
    const { text } = await unpack(t, [spec]);
    assert.equal(text("x"), spec.files[0]?.content);
    const whole = buildDeb(spec);
    const path = join(temporaryFolder(t), "short.deb");
    for (const lost of [1000, 100_000, whole.bytes.length - 100]) {
      writeFileSync(path, whole.bytes.subarray(0, whole.bytes.length - lost));
      const recipe = { sources: [sourceOf(spec, whole)], mtime: MTIME };
      await assert.rejects(debEntries(recipe, { [whole.sha256]: path }, `${path}.spool`), {
        code: "ARCHIVE_INVALID",
        message: /demo_1\.0-1_amd64\.deb/,
      });
    }
  });
}

test("a script that makes what nobody makes here is told by package and line, one that is known is not", async (t) => {
  const { warnings } = await unpack(t, [
    { name: "demo", postinst: "#!/bin/sh\nset -e\nadduser --system demo\nldconfig\n" },
    { name: "base-files", postinst: "#!/bin/sh\nmkdir /x\n" },
    { name: "lower", postinst: "#!/bin/sh\nmkdir /y\n", source: { below: true } },
    { name: "plain", preinst: "#!/bin/sh\nrm -f /old\n" },
  ]);
  assert.deepEqual(warnings, ["demo 1.0-1: what its postinst makes is not in the image: adduser --system demo"]);
});

test("the CA bundle joins all certificates in byte order of their paths", async (t) => {
  const at = (name: string, content: string) => ({ path: `usr/share/ca-certificates/mozilla/${name}.crt`, content });
  const files = [at("b", "B\n"), at("a", "A"), at("Z", "Z\n"), at("é", "E\n")];
  const { text } = await unpack(t, [{ name: "ca", files }], [generated("ca-certificates/1")]);
  assert.equal(text("etc/ssl/certs/ca-certificates.crt"), "Z\nA\nB\nE\n");
});

test("Java's keystore has the certificates of the layers below, and the seal that Java asks for", async (t) => {
  const { certificate } = makeCertificate({ name: "root" });
  const at = (name: string, content: string) => ({ path: `usr/share/ca-certificates/mozilla/${name}.crt`, content });
  const below = { below: true } as const;
  const lower = {
    name: "ca-certificates",
    files: [at("A (1)", certificate), at("z", "no certificate")],
    source: below,
  };
  const generator = [generated("java-cacerts/1")];
  const { entries } = await unpack(t, [lower, { name: "ca-certificates-java" }], generator);
  const content = entries.get("etc/ssl/certs/java/cacerts")?.content;
  assert.ok(content?.from === "bytes");
  const store = Buffer.from(content.bytes);
  assert.deepEqual(
    [0, 4, 8, 12].map((offset) => store.readUInt32BE(offset)),
    [0xfeedfeed, 2, 1, 2],
  );
  const alias = store.subarray(18, 18 + store.readUInt16BE(16)).toString();
  assert.equal(alias, "debian:a_=1=.pem");
  const { raw } = new X509Certificate(certificate);
  assert.ok(store.subarray(0, -20).subarray(-raw.length).equals(raw));
  const seal = createHash("sha1").update("\0c\0h\0a\0n\0g\0e\0i\0t").update("Mighty Aphrodite");
  assert.deepEqual(store.subarray(-20), seal.update(store.subarray(0, -20)).digest());
  assert.ok(!entries.has("usr/share/ca-certificates/mozilla/z.crt"));
  const without = await unpack(t, [lower, { name: "demo" }], generator);
  assert.ok(!without.entries.has("etc/ssl/certs/java/cacerts"));
});

test("the status of each package of the layer is there, with the checksums of the files that are", async (t) => {
  const files = [
    { path: "bin/x", content: "x" },
    { path: "usr/share/man/x.1", content: "m" },
  ];
  const specs = [
    { name: "demo", version: "1:2", files, source: { exclude: ["usr/share/man/**"] } },
    { name: "lower", source: { below: true } as const },
  ];
  const { entries, text } = await unpack(t, specs, [generated("dpkg-status/1")]);
  assert.equal(text("var/lib/dpkg/status.d/demo"), "Package: demo\nVersion: 1:2\nArchitecture: amd64\n");
  assert.equal(text("var/lib/dpkg/status.d/demo.md5sums"), "9dd4e461268c8034f5c8564e155c67a6  bin/x\n");
  assert.ok(!entries.has("var/lib/dpkg/status.d/lower"));
  assert.equal(entries.get("var/lib/dpkg/status.d/demo")?.owner, "demo=1:2");
});

test("the highest alternative gets the link, once its program is there", async (t) => {
  const install = (name: string, priority: number) =>
    `update-alternatives --install /usr/bin/awk awk /usr/bin/${name} ${priority} --slave /usr/share/man/awk.1 awk.1 /usr/share/man/${name}.1`;
  const awk = (name: string, priority: number, has = true) => ({
    name,
    postinst: install(name, priority),
    files: has ? [{ path: `usr/bin/${name}`, content: name }] : [],
  });
  const specs = [awk("mawk", 5), awk("gawk", 10), awk("ghost", 99, false)];
  const { entries } = await unpack(t, specs, [generated("alternatives/2")]);
  assert.equal(entries.get("usr/bin/awk")?.entry.linkName, "/etc/alternatives/awk");
  assert.equal(entries.get("etc/alternatives/awk")?.entry.linkName, "/usr/bin/gawk");
  assert.ok(!entries.has("usr/share/man/awk.1"));
});

test("ld.so.cache names libraries of this layer and of those below, by soname", async (t) => {
  const folder = "usr/lib/x86_64-linux-gnu";
  const specs = [
    {
      name: "libc6",
      source: { below: true } as const,
      files: [
        { path: "etc/ld.so.conf.d/x.conf", content: "# x\n/lib/x86_64-linux-gnu\n/opt/lib\n" },
        { path: `lib/x86_64-linux-gnu/libc.so.6`, content: elfLibrary("libc.so.6", 62) },
      ],
    },
    {
      name: "libz",
      files: [
        { path: `${folder}/libz.so.1.2`, content: elfLibrary("libz.so.1", 62) },
        { path: `${folder}/libz.so.1`, type: "symlink", linkName: "libz.so.1.2" },
        { path: `${folder}/libnot.so.1`, content: "a text" },
        { path: "opt/lib/libopt.so", content: elfLibrary("libopt.so", 62) },
        { path: "usr/share/libelse.so.1", content: elfLibrary("libelse.so.1", 62) },
      ],
    },
  ] as const;
  const { entries, text } = await unpack(t, specs, [generated("ld-so-cache/1")]);
  const strings = text("etc/ld.so.cache")
    .split("\0")
    .filter((part) => part.startsWith("/") || /^lib.*so/.test(part));
  assert.deepEqual(strings.sort(), [
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib/x86_64-linux-gnu/libz.so.1",
    "/opt/lib/libopt.so",
    "libc.so.6",
    "libopt.so",
    "libz.so.1",
  ]);
  assert.ok(!entries.has(`${folder}/libc.so.6`));
});

// dpkg asks for them.
const fields = { Maintainer: "Nobody <nobody@mirror.example>", Description: "made for a test" };
const TOOL: DebSpec = {
  name: "tool",
  fields,
  files: [
    { path: "bin/tool", mode: 0o755, content: "plain" },
    { path: "usr/lib/tool", type: "hardlink", linkName: "bin/tool" },
    { path: "usr/bin/alias", type: "symlink", linkName: "tool" },
    { path: "etc/tool", content: "settings" },
  ],
};
const DIVERTER: DebSpec = {
  name: "wrapper",
  fields,
  preinst: `#!/bin/sh
set -e
case "$1" in
    install|upgrade)
        for FILE in tool missing; do
            dpkg-divert --package wrapper --quiet --add --rename --divert /bin/$FILE.real /bin/$FILE
        done
        dpkg-divert --package wrapper --rename --add /usr/bin/alias
        ;;
esac
`,
  files: [{ path: "bin/tool", mode: 0o755, content: "wrapped" }],
};
const DATABASE = "var/lib/dpkg/diversions";

test("a package's diverted files lie where dpkg puts them, and its database says so", async (t) => {
  const { entries, text, warnings } = await unpack(t, [TOOL, DIVERTER], [generated("diversions/1")]);
  assert.deepEqual(warnings, []);
  assert.equal(text("usr/bin/tool"), "wrapped");
  assert.equal(text("usr/bin/tool.real"), "plain");
  assert.equal(entries.get("usr/lib/tool")?.entry.linkName, "usr/bin/tool.real");
  if (!needsTools(t, "dpkg")) return;
  // The order matters to dpkg and to nothing here: a file is renamed when it is there, or diverted when it comes.
  for (const order of [
    [TOOL, DIVERTER],
    [DIVERTER, TOOL],
  ]) {
    const root = installed(t, order);
    for (const [path, { entry }] of entries) {
      if (path === DATABASE) continue;
      const status = lstatSync(join(root, path));
      assert.equal(status.isSymbolicLink(), entry.type === "symlink", path);
      if (entry.type === "symlink") assert.equal(readlinkSync(join(root, path)), entry.linkName);
      else if (entry.type === "file") assert.equal(readFileSync(join(root, path), "utf8"), text(path), path);
    }
    const listed = diversionsIn(root);
    assert.equal(listed.length, 3);
    writeFileSync(join(root, DATABASE), text(DATABASE));
    assert.deepEqual(diversionsIn(root), listed);
  }
});

/** A root into which dpkg installed the packages, with their scripts. */
function installed(t: TestContext, specs: readonly DebSpec[]): string {
  const root = temporaryFolder(t);
  for (const folder of ["etc", "usr/bin", "usr/lib", "var/lib/dpkg/info", "var/lib/dpkg/updates"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  symlinkSync("usr/bin", join(root, "bin"));
  for (const name of ["status", "diversions"]) writeFileSync(join(root, "var/lib/dpkg", name), "");
  const force = ["--force-not-root", "--force-script-chrootless", "--force-architecture", "--log=/dev/null"];
  for (const spec of specs) {
    const { filename, bytes } = buildDeb(spec);
    writeFileSync(join(root, filename), bytes);
    execFileSync("dpkg", [`--root=${root}`, ...force, "-i", join(root, filename)], { stdio: "pipe" });
  }
  return root;
}

function diversionsIn(root: string): readonly string[] {
  const admin = join(root, "var/lib/dpkg");
  const text = execFileSync("dpkg-divert", ["--admindir", admin, "--list"], { encoding: "utf8" });
  return text.trim().split("\n").sort();
}

test("what lies in a lower layer is moved by the layer that diverts it, what comes later goes where it was diverted", async (t) => {
  const lower = { ...TOOL, source: { below: true } as const };
  const above = await unpack(t, [lower, DIVERTER], [generated("diversions/1")]);
  assert.deepEqual(
    [...above.entries.keys()],
    ["usr/bin/.wh.alias", "usr/bin/alias.distrib", "usr/bin/tool", "usr/bin/tool.real", DATABASE],
  );
  assert.equal(above.text("usr/bin/tool.real"), "plain");
  assert.equal(above.entries.get("usr/bin/tool.real")?.owner, "tool=1.0-1");
  const later = await unpack(t, [TOOL, { ...DIVERTER, source: { below: true } }], [generated("diversions/1")]);
  assert.deepEqual(
    [...later.entries.keys()],
    ["etc/tool", "usr/bin/alias.distrib", "usr/bin/tool.real", "usr/lib/tool"],
  );
});

test("two packages that divert one file are a conflict, and a diversion nobody understands is told", async (t) => {
  const other = { ...DIVERTER, name: "other", preinst: "#!/bin/sh\ndpkg-divert --rename --add /bin/tool\n" };
  await assert.rejects(unpack(t, [TOOL, { ...DIVERTER, files: [] }, other], [generated("diversions/1")]), {
    code: "FILE_CONFLICT",
    message: "wrapper and other both divert /bin/tool",
  });
  const dark = { name: "dark", preinst: "#!/bin/sh\nif test -e /x; then\ndpkg-divert --rename --add /bin/x\nfi\n" };
  assert.deepEqual((await unpack(t, [dark], [generated("diversions/1")])).warnings, [
    "dark 1.0-1: what its preinst makes is not in the image: dpkg-divert --rename --add /bin/x",
  ]);
});

test("a generator that does not exist is a bug", async (t) => {
  await assert.rejects(unpack(t, [], [generated("magic/1")]), { code: "BUG" });
});
