import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Base, BaseDeps, BaseProvider, BaseRequest } from "../../src/base/base.ts";
import { createDebianProvider } from "../../src/base/debian.ts";
import { exitCode } from "../../src/errors.ts";
import type { BuildEvent } from "../../src/events.ts";
import type { DiskStore } from "../../src/store/disk.ts";
import { type BuiltDeb, buildDeb, type DebSpec } from "../support/deb.ts";
import {
  type ArchiveKey,
  archiveKey,
  poolPath,
  SUITE_DATE,
  type SuiteSpec,
  serveSuite,
  writeLayout,
} from "../support/debian-mirror.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer, type TestServer } from "../support/http-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const DAY = 24 * 3600;
const NOW = SUITE_DATE + 10 * DAY;

const LIBC: DebSpec = { name: "libc6", version: "2.36-9+deb12u10" };
const PYTHON: DebSpec = {
  name: "python3.11",
  version: "3.11.2-6+deb12u8",
  fields: { Depends: "libc6 (>= 2.36), libz" },
};
const LIBZ: DebSpec = { name: "libz", version: "1:1.2", architecture: "amd64" };
const GIT: DebSpec = { name: "git", fields: { Depends: "libc6, debconf" } };

interface World {
  readonly server: TestServer;
  readonly store: DiskStore;
  readonly events: BuildEvent[];
  readonly provider: BaseProvider;
  readonly key: ArchiveKey;
  readonly debs: ReadonlyMap<string, BuiltDeb>;
  open(request?: Partial<BaseRequest>, deps?: Partial<BaseDeps>): Promise<Base>;
}

/** A mirror with the suite `demo`, a layout that trusts its key, and an empty store. */
async function world(t: TestContext, suite: Partial<SuiteSpec> = {}): Promise<World> {
  const [server, key] = await Promise.all([startHttpServer(t), archiveKey()]);
  const store = temporaryStore(t);
  const folder = temporaryFolder(t);
  const layout = await writeLayout(join(folder, "layout"), key);
  const provider = createDebianProvider({ aptFolder: join(folder, "apt"), layout });
  const packages = [LIBC, PYTHON, LIBZ, GIT];
  const debs = await serveSuite(server, { root: "/debian", suite: "demo", packages, key, ...suite });
  const events: BuildEvent[] = [];
  const http = testHttp(t);
  const open: World["open"] = (request = {}, deps = {}) =>
    provider.open(
      "deb:demo",
      {
        platform: { os: "linux", architecture: "amd64" },
        system: [],
        debMirror: `${server.url}/debian`,
        codec: { name: "gzip", level: 6, fingerprint: "gzip" },
        offline: false,
        ...request,
      },
      {
        blobs: store,
        index: store,
        http,
        report: (event) => events.push(event),
        signal: new AbortController().signal,
        environment: {},
        now: NOW,
        ...deps,
      },
    );
  return { server, store, events, provider, key, debs, open };
}

test("a suite becomes recipes and facts, and no package is fetched for it", async (t) => {
  const { open, server } = await world(t);
  const base = await open({ system: ["git"] });
  assert.deepEqual(
    base.recipes.map(({ kind, packages }) => [kind, packages]),
    [
      ["base", ["libc6=2.36-9+deb12u10"]],
      ["python", ["libz=1:1.2", "python3.11=3.11.2-6+deb12u8"]],
      ["system", ["git=1.0-1"]],
    ],
  );
  assert.deepEqual(base.facts.python, {
    version: "3.11.2",
    executable: "/usr/bin/python3.11",
    freeThreaded: false,
  });
  assert.deepEqual(base.facts.libc, { family: "glibc", version: "2.36" });
  assert.deepEqual(base.facts.links, { bin: "usr/bin", lib64: "usr/lib64" });
  assert.equal(base.facts.passwd, "root:x:0:0:root:/root:/bin/sh\n");
  assert.equal(base.created, "2026-09-01T00:00:00Z");
  assert.ok(server.log.every(({ path }) => !path.includes("/pool/")));
});

test("the suite's further component is read for what main lacks, and for nothing else", async (t) => {
  const player: DebSpec = { name: "player", fields: { Depends: "libc6, libcodec" } };
  const { open, server } = await world(t, { universe: [player, { name: "libcodec" }] });
  const isAsked = () => server.log.some(({ path }) => path.includes("/universe/"));
  await open({ system: ["git"] });
  assert.equal(isAsked(), false);
  const { recipes } = await open({ system: ["player", "git"] });
  assert.equal(isAsked(), true);
  assert.deepEqual(recipes.at(-1)?.packages, ["git=1.0-1", "libcodec=1.0-1", "player=1.0-1"]);
  await assert.rejects(open({ system: ["nowhere"] }), {
    code: "DEB_UNSATISFIABLE",
    message: "nowhere does not exist in this suite",
  });
});

test("upper layers know the packages below them, and leave out what the layout says", async (t) => {
  const { open } = await world(t);
  const { recipes } = await open({ system: ["git"] });
  const debs = (kind: string) =>
    recipes
      .filter((recipe) => recipe.kind === kind)
      .flatMap(({ sources }) => sources.filter((source) => source.type === "deb"))
      .map((source) => source.package + (source.below === true ? " below" : ""));
  assert.deepEqual(debs("base"), ["libc6"]);
  assert.deepEqual(debs("python"), ["libz", "python3.11", "libc6 below"]);
  assert.deepEqual(debs("system"), ["git", "libc6 below", "libz below", "python3.11 below"]);
  const excludes = recipes.flatMap(({ sources }) =>
    sources.flatMap((one) => (one.type === "deb" ? [one.exclude] : [])),
  );
  assert.ok(excludes.every((exclude) => exclude?.[0] === "usr/share/man/**"));
});

test("a package comes into the store once, and its bytes are checked", async (t) => {
  const { open, server, store, debs, events } = await world(t);
  const base = await open();
  const deb = debs.get("libc6");
  assert.ok(deb !== undefined);
  const fetch = (): Promise<void> =>
    base.fetchSource(deb.sha256, (event) => events.push(event), new AbortController().signal);
  server.serve(`/debian/${poolPath(deb)}`, Buffer.from(deb.bytes).fill(0, 100, 110));
  await assert.rejects(fetch(), { code: "HASH_MISMATCH", message: /libc6/ });
  server.serve(`/debian/${poolPath(deb)}`, deb.bytes.subarray(0, 200));
  await assert.rejects(fetch(), { code: "HASH_MISMATCH" });
  assert.equal(await store.has(`sha256:${deb.sha256}`), undefined);
  server.serve(`/debian/${poolPath(deb)}`, deb.bytes);
  await fetch();
  assert.equal(await store.has(`sha256:${deb.sha256}`), deb.bytes.length);
  const before = server.log.length;
  await fetch();
  assert.equal(server.log.length, before);
  assert.ok(events.some((event) => event.type === "transfer" && event.state === "reused"));
});

test("a lock's packages are taken as they are: no list is read, and the recipes and dates are the same", async (t) => {
  const { open, server, debs, store } = await world(t);
  const base = await open({ system: ["git"] });
  const note = base.debs;
  assert.ok(note !== undefined);
  assert.deepEqual(
    note.packages.map((deb) => `${deb.group} ${deb.name}`),
    ["base libc6", "python libz", "python python3.11", "system git"],
  );
  const fresh = await world(t);
  const asked = fresh.server.log.length;
  const again = await fresh.open({ system: ["git"], pins: { debs: note } });
  assert.equal(fresh.server.log.length, asked);
  assert.deepEqual([again.recipes, again.created, again.debs], [base.recipes, base.created, note]);
  assert.deepEqual(again.facts, base.facts);
  const libc = debs.get("libc6");
  await again.fetchSource(libc?.sha256 ?? "", () => {}, new AbortController().signal);
  assert.equal(await fresh.store.has(`sha256:${libc?.sha256 ?? ""}`), libc?.bytes.length);
  assert.equal(await store.has(`sha256:${libc?.sha256 ?? ""}`), undefined);
  assert.ok(server.log.length > 0);
});

test("a package that the mirror has dropped is told, and the next run asks for new lists", async (t) => {
  const { open, server, debs } = await world(t);
  const base = await open();
  const deb = debs.get("libc6");
  assert.ok(deb !== undefined);
  server.handle(`/debian/${poolPath(deb)}`, (_, response) => response.writeHead(404).end());
  await assert.rejects(
    base.fetchSource(deb.sha256, () => {}, new AbortController().signal),
    { code: "MIRROR_ERROR" },
  );
  const before = server.log.length;
  await open();
  assert.ok(server.log.slice(before).some(({ path }) => path.endsWith("/InRelease")));
});

test("forged, tampered, cut and unsigned release files end with code 5", async (t) => {
  const stranger = await archiveKey();
  const path = "/debian/dists/demo/InRelease";
  const { open, server } = await world(t);
  const original = await (await fetch(server.url + path)).text();
  const other = await world(t, { key: stranger });
  await assert.rejects(other.open(), { code: "SIGNATURE_INVALID", message: /InRelease .* keys that are not known/ });
  const bad = [
    original.replace("Suite: stable", "Suite: unstable"),
    original.slice(0, original.length / 2),
    original.slice(0, original.indexOf("-----BEGIN PGP SIGNATURE")),
    `Codename: demo\n${original.replace(/^-----BEGIN PGP SIGNED.*?\n\n/s, "")}`,
    "",
    "<html>captive portal</html>",
  ];
  for (const text of bad) {
    server.serve(path, text);
    await assert.rejects(open(), (error: unknown) => {
      assert.ok(error instanceof Error && "code" in error, String(error));
      assert.equal(error.code, "SIGNATURE_INVALID", text.slice(0, 60));
      return true;
    });
  }
  assert.equal(exitCode("SIGNATURE_INVALID"), 5);
});

test("text around the signed part is no part of the release", async (t) => {
  const { open, server } = await world(t);
  const path = "/debian/dists/demo/InRelease";
  const original = await (await fetch(server.url + path)).text();
  for (const text of [`Codename: evil\nSHA256:\n\n${original}`, `${original}\nCodename: evil\n`]) {
    server.serve(path, text);
    const outcome = await open({}, { now: NOW + DAY }).then(
      (base) => base.recipes.flatMap((recipe) => recipe.packages).join(" "),
      (error: { code: string }) => error.code,
    );
    assert.ok(outcome === "SIGNATURE_INVALID" || outcome.includes("libc6=2.36-9+deb12u10"), outcome);
  }
});

test("a release that has expired, is from the future or is of another suite is refused", async (t) => {
  const expired = await world(t, { validUntil: NOW - 1 });
  await assert.rejects(expired.open(), { code: "SIGNATURE_INVALID", message: /expired on 2026-09-10/ });
  await expired.open({}, { now: NOW - DAY });
  const early = await world(t);
  await assert.rejects(early.open({}, { now: SUITE_DATE - DAY }), { code: "SIGNATURE_INVALID" });
  const renamed = await world(t, { codename: "other" });
  await assert.rejects(renamed.open(), { code: "SIGNATURE_INVALID", message: /is of other/ });
});

test("a snapshot never expires, and is asked for once", async (t) => {
  const { server, open, key } = await world(t);
  const root = "/debian/20260902T000000Z";
  await serveSuite(server, { root, suite: "demo", packages: [LIBC, PYTHON, LIBZ], key, validUntil: SUITE_DATE + DAY });
  const base = await open({ snapshot: "2026-09-02" });
  assert.equal(base.created, "2026-09-02T00:00:00Z");
  const before = server.log.length;
  await open({ snapshot: "2026-09-02" }, { now: NOW + 400 * DAY });
  assert.equal(server.log.length, before);
});

test("a package list that is not what the release promises ends with code 5", async (t) => {
  const { open, server } = await world(t);
  const list = server.log.length;
  assert.equal(list, 0);
  const edited = await world(t, {
    edit: (release) =>
      release.replace(/ ([0-9a-f]{64}) (\d+) (main\/binary-amd64\/Packages)\n/, ` ${"0".repeat(64)} $2 $3\n`),
  });
  await assert.rejects(edited.open(), { code: "HASH_MISMATCH", message: /package list/ });
  const small = await world(t, {
    edit: (release) => release.replace(/ ([0-9a-f]{64}) (\d+) (main\/binary-amd64\/Packages)\n/, ` $1 5 $3\n`),
  });
  await assert.rejects(small.open(), { code: "HASH_MISMATCH" });
  const plain = await world(t, { byHash: false });
  plain.server.serve("/debian/dists/demo/main/binary-amd64/Packages.gz", "not the list");
  await assert.rejects(plain.open(), { code: "HASH_MISMATCH", hint: /mirror/ });
  assert.equal(exitCode("HASH_MISMATCH"), 5);
  await open();
});

test("a second build asks nothing for a day, then only whether the release changed", async (t) => {
  const { open, server } = await world(t);
  const first = await open();
  const count = server.log.length;
  const second = await open({}, { now: NOW + DAY - 1 });
  assert.equal(server.log.length, count);
  assert.deepEqual(second.recipes, first.recipes);
  const third = await open({}, { now: NOW + DAY + 1 });
  const asked = server.log.slice(count).map(({ path }) => path);
  assert.ok(asked.length > 0 && asked.every((path) => path.endsWith("/InRelease")), asked.join(" "));
  assert.deepEqual(third.recipes, first.recipes);
});

test("a release that changed is resolved anew", async (t) => {
  const { open, server, key } = await world(t);
  await open();
  const newer = { ...LIBC, version: "2.36-9+deb12u11" };
  await serveSuite(server, {
    root: "/debian",
    suite: "demo",
    packages: [newer, PYTHON, LIBZ],
    key,
    date: SUITE_DATE + DAY,
  });
  const kept = await open({}, { now: NOW + 10 });
  assert.ok(kept.recipes[0]?.packages.includes("libc6=2.36-9+deb12u10"));
  const changed = await open({}, { now: NOW + DAY + 10 });
  assert.ok(changed.recipes[0]?.packages.includes("libc6=2.36-9+deb12u11"));
});

test("a release that is older than one seen before is refused, whatever is wanted of it", async (t) => {
  const { open, server, key } = await world(t, { date: SUITE_DATE + DAY });
  await open();
  await serveSuite(server, { root: "/debian", suite: "demo", packages: [LIBC, PYTHON, LIBZ, GIT], key });
  const replayed = { code: "SIGNATURE_INVALID", message: /2026-09-01.*2026-09-02.* was seen before/ };
  await assert.rejects(open({}, { now: NOW + 2 * DAY }), replayed);
  await assert.rejects(open({ system: ["git"] }), replayed);
});

test("a release that is older than what a lock was made from is refused, but for a snapshot that is named", async (t) => {
  const { open, server, key } = await world(t);
  await assert.rejects(open({ since: SUITE_DATE + 1 }), { code: "SIGNATURE_INVALID", hint: /--deb-mirror/ });
  await open({ since: SUITE_DATE });
  const root = "/debian/20260801T000000Z";
  await serveSuite(server, { root, suite: "demo", packages: [LIBC, PYTHON, LIBZ], key, date: SUITE_DATE - DAY });
  await open({ snapshot: "2026-08-01", since: SUITE_DATE });
});

test("memory ends with the release's own expiry", async (t) => {
  const { open } = await world(t, { validUntil: NOW + 100 });
  await open();
  await assert.rejects(open({}, { now: NOW + 101 }), { code: "SIGNATURE_INVALID", message: /expired/ });
});

test("offline builds go by memory however old, and say so when there is none", async (t) => {
  const { open, server, debs } = await world(t);
  await assert.rejects(open({ offline: true }), { code: "OFFLINE" });
  await open();
  const count = server.log.length;
  const base = await open({ offline: true }, { now: NOW + 1000 * DAY });
  assert.equal(server.log.length, count);
  const deb = debs.get("libc6");
  assert.ok(deb !== undefined);
  const fetching = base.fetchSource(deb.sha256, () => {}, new AbortController().signal);
  await assert.rejects(fetching, { code: "OFFLINE", message: /libc6/ });
});

test("security fixes win where the mirror has them, and their absence is a warning", async (t) => {
  const { open, server, key, events } = await world(t);
  await open();
  assert.ok(events.some((event) => event.type === "warning" && event.message.includes("demo-security")));
  const fixed = { ...LIBC, version: "2.36-9+deb12u99" };
  const debs = await serveSuite(server, { root: "/debian-security", suite: "demo-security", packages: [fixed], key });
  const base = await open({}, { now: NOW + 2 * DAY });
  assert.ok(base.recipes[0]?.packages.includes("libc6=2.36-9+deb12u99"));
  const deb = debs.get("libc6");
  assert.ok(deb !== undefined);
  await base.fetchSource(deb.sha256, () => {}, new AbortController().signal);
  assert.equal(server.requests(`/debian-security/${poolPath(deb)}`).length, 1);
});

test("without a mirror apt's sources of this host are used, and without them a mirror is asked for", async (t) => {
  const { server, store, key, events } = await world(t);
  const folder = temporaryFolder(t);
  const layout = await writeLayout(join(folder, "layout"), key);
  const provider = createDebianProvider({ aptFolder: join(folder, "apt"), layout });
  const request: BaseRequest = {
    platform: { os: "linux", architecture: "amd64" },
    system: [],
    codec: { name: "gzip", level: 6, fingerprint: "gzip" },
    offline: false,
  };
  const deps: BaseDeps = {
    blobs: store,
    index: store,
    http: testHttp(t),
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    environment: {},
    now: NOW,
  };
  await assert.rejects(provider.open("deb:demo", request, deps), { code: "MIRROR_ERROR", hint: /--deb-mirror/ });
  mkdirSync(join(folder, "apt", "sources.list.d"), { recursive: true });
  const sources = `Types: deb\nURIs: ${server.url}/debian\nSuites: demo\nComponents: main\n`;
  writeFileSync(join(folder, "apt", "sources.list.d", "debian.sources"), sources);
  const base = await provider.open("deb:demo", request, deps);
  assert.equal(base.recipes.length, 2);
});

test("credentials of a mirror reach the mirror and nothing else", async (t) => {
  const { open, server, events, debs } = await world(t);
  const debMirror = server.url.replace("http://", "http://user:s3cret@");
  const base = await open({ debMirror: `${debMirror}/debian` });
  const deb = debs.get("libc6");
  assert.ok(deb !== undefined);
  await base.fetchSource(deb.sha256, (event) => events.push(event), new AbortController().signal);
  const expected = `Basic ${Buffer.from("user:s3cret").toString("base64")}`;
  assert.ok(server.log.length > 3 && server.log.every(({ headers }) => headers["authorization"] === expected));
  assert.ok(!JSON.stringify([events, base.recipes, base.facts, base.config]).includes("s3cret"));
  const failure = open({ debMirror: `${debMirror}/nothing` });
  await assert.rejects(failure, (error: Error) => !`${error.message} ${error.stack}`.includes("s3cret"));
});

test("an unknown suite, platform and package are told with what there is", async (t) => {
  const { provider, open } = await world(t);
  assert.equal(provider.matches("deb:demo"), true);
  assert.equal(provider.matches("debian:12"), false);
  const request = { system: [], offline: true } as unknown as BaseRequest;
  const deps = {} as unknown as BaseDeps;
  await assert.rejects(provider.open("deb:nope", request, deps), { code: "BASE_INVALID", hint: /deb:demo/ });
  const platform = { os: "linux", architecture: "riscv64" };
  await assert.rejects(open({ platform }), { code: "BASE_MISMATCH", message: /linux\/riscv64/ });
  await assert.rejects(open({ platform: { os: "linux", architecture: "arm64" } }), {
    code: "MIRROR_ERROR",
    message: /binary-arm64/,
  });
  await assert.rejects(open({ system: ["nope"] }), { code: "DEB_UNSATISFIABLE", message: /nope/ });
});

test("a mirror that is ill is told with its status", async (t) => {
  const { open, server } = await world(t);
  server.handle("/debian/dists/demo/InRelease", (_, response) => response.writeHead(451).end());
  await assert.rejects(open(), { code: "MIRROR_ERROR", message: /451/ });
  await assert.rejects(open({ debMirror: `${server.url}/empty` }), { code: "MIRROR_ERROR", message: /does not exist/ });
});

test("packages with the same name and content make the same recipe from any mirror", async (t) => {
  const one = await world(t);
  const other = await world(t);
  assert.deepEqual((await one.open()).recipes, (await other.open()).recipes);
  assert.equal(buildDeb(LIBC).sha256, one.debs.get("libc6")?.sha256);
});
