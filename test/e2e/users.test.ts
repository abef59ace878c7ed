import assert from "node:assert/strict";
import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ociasm } from "../support/cli.ts";
import { podmanRun } from "../support/containers.ts";
import { needsTools } from "../support/tools.ts";

// The default base under the users that clusters run images as.

const PROGRAM = `
import ssl, sqlite3, ctypes, ctypes.util, zoneinfo, lzma, bz2, readline, curses
import json, locale, os, pwd, socket, sys, tempfile

def writable(folder):
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False

def account():
    # Some runtimes make a line for a user that has none.
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())

locale.setlocale(locale.LC_ALL, "")
print(json.dumps({
    "user": [os.getuid(), os.getgid(), account()],
    "home": [os.path.expanduser("~"), writable(os.path.expanduser("~"))],
    "tmp": writable("/tmp"),
    "roots": len(ssl.create_default_context().get_ca_certs()) > 100,
    "zone": str(zoneinfo.ZoneInfo("Europe/Berlin")),
    "encoding": locale.nl_langinfo(locale.CODESET),
    "services": socket.getservbyname("https"),
    "groups": sum(1 for _ in open("/etc/group")) > 30,
    "library": ctypes.util.find_library("sqlite3"),
    "dns": "files dns" in open("/etc/nsswitch.conf").read(),
    "prefix": sys.prefix,
}))
`;

const SAME = {
  tmp: true,
  roots: true,
  zone: "Europe/Berlin",
  encoding: "UTF-8",
  services: 443,
  groups: true,
  library: "libsqlite3.so.0",
  dns: true,
  prefix: "/app/.venv",
};

const CASES = [
  { name: "as it is", flags: [], user: [65532, 65532, "nonroot"], home: true },
  { name: "as a user of the cluster's choice in group 0", flags: ["--user", "1000650000:0"], home: true },
  { name: "with a root that can't be written", flags: ["--read-only"], user: [65532, 65532, "nonroot"], home: false },
  { name: "with both", flags: ["--read-only", "--user", "1000650000:0"], home: false },
  { name: "as root", flags: ["--user", "0:0"], user: [0, 0, "root"], home: true },
];

let folder = "";

before(async () => {
  // podman makes a name of the path, and names are lower case.
  folder = join(await realpath(tmpdir()), `ociasm-users-${process.pid}`);
  await mkdir(join(folder, "app"), { recursive: true });
  await writeFile(join(folder, "app", "main.py"), PROGRAM);
});

after(() => rm(folder, { recursive: true, force: true }));

test("the default base works for any user, on a root that may be read-only", async (t) => {
  if (!needsTools(t, "podman", "runc")) return;
  const out = join(folder, "out");
  const built = await ociasm(
    ["build", join(folder, "app"), "-t", "users:1", "-o", `type=oci,dest=${out},tar=false`, "-q"],
    { env: { OCIASM_CACHE_DIR: process.env["OCIASM_TEST_CACHE"] ?? join(folder, "cache") } },
  );
  assert.equal(built.code, 0, built.stderr);
  for (const { name, flags, user = [1000650000, 0, "1000650000"], home } of CASES) {
    const { code, stdout, stderr } = await podmanRun(`oci:${out}:1`, [], flags);
    assert.equal(code, 0, `${name}: ${stderr}`);
    assert.deepEqual(JSON.parse(stdout), { ...SAME, user, home: ["/home/nonroot", home] }, name);
  }
});
