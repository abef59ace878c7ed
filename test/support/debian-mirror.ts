import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { createCleartextMessage, generateKey, readPrivateKey, sign } from "openpgp";
import { type BuiltDeb, buildDeb, controlText, type DebSpec } from "./deb.ts";
import type { TestServer } from "./http-server.ts";

export interface ArchiveKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** An archive's key: Ed25519, made in milliseconds. */
export async function archiveKey(date: Date = new Date("2026-01-01T00:00:00Z")): Promise<ArchiveKey> {
  const { privateKey, publicKey } = await generateKey({
    type: "ecc",
    curve: "ed25519Legacy",
    userIDs: [{ name: "Archive", email: "archive@mirror.example" }],
    date,
    format: "armored",
  });
  return { privateKey, publicKey };
}

export interface SuiteSpec {
  /** Path of the archive on the server: "/debian". */
  readonly root: string;
  readonly suite: string;
  readonly packages: readonly DebSpec[];
  /** Those of the component `universe`; without them there is none. */
  readonly universe?: readonly DebSpec[];
  readonly key: ArchiveKey;
  /** Seconds; default 2026-09-01. */
  readonly date?: number;
  readonly validUntil?: number;
  readonly codename?: string;
  readonly byHash?: boolean;
  /** Changes the release text after its hashes were made, before it is signed. */
  readonly edit?: (release: string) => string;
}

export const SUITE_DATE: number = Date.UTC(2026, 8, 1) / 1000;

/** Puts a suite with signed lists and its packages on a server, the way a Debian mirror lays it out. */
export async function serveSuite(server: TestServer, spec: SuiteSpec): Promise<ReadonlyMap<string, BuiltDeb>> {
  const { root, suite, key, byHash = true } = spec;
  const debs = new Map<string, BuiltDeb>();
  const files = new Map<string, Uint8Array>();
  for (const [component, packages] of Object.entries({ main: spec.packages, universe: spec.universe ?? [] })) {
    if (component !== "main" && packages.length === 0) continue;
    const built = packages.map((one) => buildDeb(one));
    for (const [at, deb] of built.entries()) debs.set(packages[at]?.name ?? "", deb);
    const list = built.map((deb) => stanza(deb)).join("\n");
    files.set(`${component}/binary-amd64/Packages`, Buffer.from(list));
    files.set(`${component}/binary-amd64/Packages.gz`, gzipSync(list));
  }
  const release = controlText({
    Suite: "stable",
    Codename: spec.codename ?? suite,
    Date: new Date((spec.date ?? SUITE_DATE) * 1000).toUTCString().replace("GMT", "UTC"),
    ...(spec.validUntil === undefined
      ? {}
      : { "Valid-Until": new Date(spec.validUntil * 1000).toUTCString().replace("GMT", "UTC") }),
    "Acquire-By-Hash": byHash ? "yes" : "no",
    SHA256: [...files].map(([path, bytes]) => `\n ${sha256(bytes)} ${bytes.length} ${path}`).join(""),
  });
  const dist = `${root}/dists/${suite}`;
  server.serve(`${dist}/InRelease`, await clearsign(spec.edit?.(release) ?? release, key, spec.date ?? SUITE_DATE));
  for (const [path, bytes] of files) {
    if (!path.endsWith(".gz")) continue;
    server.serve(`${dist}/${byHash ? `${posix.dirname(path)}/by-hash/SHA256/${sha256(bytes)}` : path}`, bytes);
  }
  for (const deb of debs.values()) server.serve(`${root}/${poolPath(deb)}`, deb.bytes);
  return debs;
}

export async function clearsign(text: string, key: ArchiveKey, seconds: number): Promise<string> {
  const message = await createCleartextMessage({ text });
  const signingKeys = await readPrivateKey({ armoredKey: key.privateKey });
  return sign({ message, signingKeys, date: new Date(seconds * 1000), format: "armored" });
}

/** A folder like layout/debian with one suite `demo`: base `libc6`, interpreter `python3.11`. */
export async function writeLayout(folder: string, key: ArchiveKey): Promise<URL> {
  await mkdir(join(folder, "keys"), { recursive: true });
  await writeFile(join(folder, "keys", "demo.asc"), key.publicKey);
  await writeFile(
    join(folder, "common.yaml"),
    `suites: [demo, other]
exclude: [debconf]
drop: ["usr/share/man/**"]
directories: [{ path: home/nonroot, mode: "0700", uid: 65532, gid: 65532 }]
special: [{ path: tmp, mode: "1777" }]
links: { bin: usr/bin }
files:
  etc/passwd: { text: "root:x:0:0:root:/root:/bin/sh\\n" }
  etc/group: { text: "root:x:0:\\n" }
`,
  );
  await writeFile(
    join(folder, "demo.yaml"),
    `suite: demo
python: { package: python3.11, minor: "3.11" }
libc: libc6
keys: [demo]
more: [universe]
base: [libc6]
`,
  );
  return pathToFileURL(`${folder}/`);
}

export function poolPath(deb: BuiltDeb): string {
  return `pool/main/${deb.filename}`;
}

function stanza(deb: BuiltDeb): string {
  return deb.control + controlText({ Filename: poolPath(deb), Size: `${deb.bytes.length}`, SHA256: deb.sha256 });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
